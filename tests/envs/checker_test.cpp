// The checker finds what it is for: an environment with one fault, and the finding that names it.
#include "envs/checker.hpp"

#include "core/system/allocations.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

using namespace tengen;

namespace {

enum class Fault {
  kNone,
  kEmptyRange,
  kActionNames,
  kHiddenState,
  kNoRandomness,
  kForgetsState,
  kUnwritten,
  kObserveChanges,
  kAllocates,
  kOutOfRange,
  kNotANumber,
  kEmptyMask,
  kNeverEnds,
  kThrows,
  kNoCanvas,
  kFlickers,
  kOracleOutside,
  kOracleIllegal,
};

std::atomic<int> hidden_state{0};

// A walk on a line: left or right, until 10 steps away from where it began.
template <Fault F>
struct Walk {
  using Element = float;
  using Action = int;

  int at = 0, start = 0, bias = 0;
  mutable int looks = 0;

  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec;
    spec.name = "Walk-v0";
    spec.observation = {
        {2}, tengen::Element::kFloat, -200, F == Fault::kEmptyRange ? -300.0F : 200};
    spec.action = Discrete{2, {"LEFT", "RIGHT"}};
    if (F == Fault::kActionNames) spec.action = Discrete{2, {"LEFT"}};
    spec.max_episode_steps = F == Fault::kNeverEnds ? 0 : 50;
    return spec;
  }
  void reset(Rng& rng) {
    start = F == Fault::kNoRandomness ? 0 : static_cast<int>(rng.below(100));
    at = start;
  }
  Outcome step(int action, Rng&) {
    if (F == Fault::kThrows && at > start + 3) throw Error("fell off the line");
    if (F == Fault::kHiddenState) bias = ++hidden_state % 7 == 0 ? 1 : 0;
    if (F == Fault::kAllocates) ::operator delete(::operator new(1));
    at += 2 * action - 1 + bias;
    if (F == Fault::kOutOfRange && at > start + 5) at = 1000;
    const bool over = F != Fault::kNeverEnds && std::abs(at - start) >= 10;
    if (F == Fault::kNeverEnds) at = start;
    return {F == Fault::kNotANumber ? std::numeric_limits<float>::quiet_NaN() : 1.0F, over};
  }
  void observe(std::span<float> out) const {
    if (F == Fault::kObserveChanges) ++looks;
    out[0] = static_cast<float>(std::clamp(at, -200, F == Fault::kOutOfRange ? 1000 : 200));
    if (F != Fault::kUnwritten) out[1] = static_cast<float>(looks % 100);
  }
  void legal(std::span<std::uint8_t> mask) const
      requires(F == Fault::kEmptyMask || F == Fault::kOracleIllegal) {
    mask[0] = 0;
    mask[1] = F == Fault::kEmptyMask && at > start + 5 ? 0 : 1;
  }
  [[nodiscard]] int oracle() const
      requires(F == Fault::kOracleOutside || F == Fault::kOracleIllegal) {
    return F == Fault::kOracleOutside ? 2 : 0;
  }
  void save(ArchiveWriter& writer, const std::string& name) const
      requires(F == Fault::kForgetsState) {
    writer.put(name, at);
  }
  void load(const ArchiveReader& reader,
            const std::string& name) requires(F == Fault::kForgetsState) {
    at = reader.get<int>(name);
  }
  void draw(Canvas& canvas) const {
    if (F == Fault::kNoCanvas) return;
    canvas.reset(20, 20);
    if (F == Fault::kFlickers) ++looks;
    canvas.fill(looks % 20, 5, 1, 1, {255, 255, 255});
  }
};

CheckOptions options() {
  CheckOptions options;
  options.steps = 2000;
  options.count_allocations = [](const std::function<void()>& work) {
    const AllocationScope scope;
    work();
    return scope.count();
  };
  options.speed_seconds = 0.01;
  return options;
}

template <Fault F>
std::vector<Finding> check_walk() {
  return check_env(env_entry<Walk<F>>("A walk on a line"), options());
}

Finding named(const std::vector<Finding>& findings, std::string_view name) {
  const auto found = std::ranges::find(findings, name, &Finding::name);
  if (found == findings.end()) FAIL("no finding '" << name << "'");
  return *found;
}

EnvEntry made_by(EnvMaker maker) { return {"Walk-v0", "A walk on a line", std::move(maker)}; }

}  // namespace

TEST_CASE("an environment that keeps the contract passes every check") {
  const auto findings = check_walk<Fault::kNone>();
  CHECK(findings.size() >= 15);
  for (const Finding& finding : findings) {
    CAPTURE(finding.name, finding.text);
    CHECK(finding.verdict == Verdict::kPass);
    CHECK_FALSE(finding.text.empty());
  }
  CHECK(worst(findings) == Verdict::kPass);
}

TEST_CASE("each fault is found by the check that names it") {
  const std::tuple<std::vector<Finding> (*)(), const char*, Verdict> cases[] = {
      {check_walk<Fault::kEmptyRange>, "observation space", Verdict::kFail},
      {check_walk<Fault::kActionNames>, "action space", Verdict::kFail},
      {check_walk<Fault::kHiddenState>, "same seed", Verdict::kFail},
      {check_walk<Fault::kNoRandomness>, "different seeds", Verdict::kWarn},
      {check_walk<Fault::kForgetsState>, "save and load", Verdict::kFail},
      {check_walk<Fault::kUnwritten>, "memory", Verdict::kFail},
      {check_walk<Fault::kObserveChanges>, "observe", Verdict::kFail},
      {check_walk<Fault::kAllocates>, "allocations", Verdict::kWarn},
      {check_walk<Fault::kOutOfRange>, "observations", Verdict::kFail},
      {check_walk<Fault::kNotANumber>, "rewards", Verdict::kFail},
      {check_walk<Fault::kEmptyMask>, "masks", Verdict::kFail},
      {check_walk<Fault::kNeverEnds>, "endings", Verdict::kWarn},
      {check_walk<Fault::kThrows>, "values", Verdict::kFail},
      {check_walk<Fault::kNoCanvas>, "picture", Verdict::kFail},
      {check_walk<Fault::kFlickers>, "picture", Verdict::kFail},
      {check_walk<Fault::kOracleOutside>, "oracle", Verdict::kFail},
      {check_walk<Fault::kOracleIllegal>, "oracle", Verdict::kFail},
  };
  for (const auto& [check, name, verdict] : cases) {
    const auto findings = check();
    const Finding finding = named(findings, name);
    CAPTURE(finding.name, finding.text);
    CHECK(finding.verdict == verdict);
    CHECK(worst(findings) >= verdict);
  }
}

TEST_CASE("behaviour that depends on the number of lanes or threads is found") {
  using Good = Walk<Fault::kNone>;
  const auto by_lanes = made_by([](const Config&, int lanes, WorkerPool& pool) {
    return std::make_unique<BatchedEnv<Good>>(Good{.bias = lanes == 1 ? 1 : 0}, lanes, pool);
  });
  CHECK(named(check_env(by_lanes, options()), "lanes").verdict == Verdict::kFail);
  const auto by_threads = made_by([](const Config&, int lanes, WorkerPool& pool) {
    return std::make_unique<BatchedEnv<Good>>(Good{.bias = pool.threads() / 8}, lanes, pool);
  });
  CHECK(named(check_env(by_threads, options()), "threads").verdict == Verdict::kFail);
}

namespace {

// It says itself that it does not repeat what it does, or that it cannot be saved.
struct Moody : Walk<Fault::kHiddenState> {
  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec = Walk::spec();
    spec.deterministic = false;
    return spec;
  }
};
struct Forgetful : Walk<Fault::kForgetsState> {
  [[nodiscard]] EnvSpec spec() const {
    EnvSpec spec = Walk::spec();
    spec.can_save = false;
    return spec;
  }
};

}  // namespace

TEST_CASE("what an environment admits of itself is a warning") {
  const auto moody = check_env(env_entry<Moody>("A walk on a line"), options());
  CHECK(named(moody, "same seed").verdict == Verdict::kWarn);
  CHECK(worst(moody) == Verdict::kWarn);
  const auto forgetful = check_env(env_entry<Forgetful>("A walk on a line"), options());
  CHECK(named(forgetful, "save and load").verdict == Verdict::kWarn);
  CHECK(worst(forgetful) == Verdict::kWarn);
}

TEST_CASE("ids that are not registered are looked up as addresses") {
  EnvRegistry registry;
  registry.add(env_entry<Walk<Fault::kNone>>("A walk on a line"));
  registry.look_up_addresses([](std::string_view id) -> std::optional<EnvEntry> {
    if (!id.starts_with("there:")) return std::nullopt;
    EnvEntry entry = env_entry<Walk<Fault::kNone>>("A walk elsewhere");
    entry.id = id;
    entry.elsewhere = true;
    return entry;
  });
  WorkerPool pool(1);
  CHECK(registry.make("there:1", {}, 2, pool)->size() == 2);
  CHECK(registry.find("there:1").elsewhere);
  CHECK_FALSE(registry.find("Walk-v0").elsewhere);
  CHECK(registry.entries().size() == 1);
  CHECK_THROWS_AS(registry.find("elsewhere:1"), UsageError);
  CHECK(named(check_env(registry.find("there:1"), options()), "description").verdict ==
        Verdict::kPass);  // although its id is no name
}

TEST_CASE("a wrong id and a throwing maker are findings") {
  const auto good = env_entry<Walk<Fault::kNone>>("A walk on a line");
  EnvEntry other = good;
  other.id = "Run-v0";
  CHECK(named(check_env(other, options()), "description").verdict == Verdict::kFail);
  const auto broken = made_by([](const Config&, int, WorkerPool&) -> std::unique_ptr<VectorEnv> {
    throw Error("no such file: levels.txt");
  });
  const Finding finding = named(check_env(broken, options()), "description");
  CHECK(finding.verdict == Verdict::kFail);
  CHECK(finding.text == "an exception: no such file: levels.txt");
}
