// An environment that breaks its contract is named, and what it did, where and when.
#include "envs/checked_env.hpp"

#include "core/system/interrupt.hpp"
#include "envs/random_play.hpp"
#include "envs/registry.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

using namespace tengen;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kEnd = std::numeric_limits<float>::max();

enum class Fault {
  kNone,
  kRewardNan,
  kRewardInfinite,
  kRewardHuge,
  kObservation,
  kFinalObservation,
  kMask,
  kFinalMask,
  kException,
  kInt,
  kText,
  kOddType,
  kInterrupted,
  kReset,
  kLoad,
};
struct Odd {};

constexpr std::uint64_t kSeed = 7;

// Counts its steps; in the third, lanes from number 11 on do as the fault says.
struct Faulty {
  using Element = float;
  using Action = int;
  Fault fault = Fault::kNone;
  int count = 0, lane = 0, bad = 11;

  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Faulty-v0",
            .observation = {{2}, tengen::Element::kFloat, 0, 100},
            .action = Discrete{3, {}},
            .max_episode_steps = 8};
  }
  [[nodiscard]] bool now(Fault which) const { return fault == which && count == 3 && lane >= bad; }
  void reset(Rng& rng) {
    if (fault == Fault::kReset) throw Odd{};
    count = 0;
    for (int i = 0; i < 64; ++i)  // a fresh stream says which lane this is
      if (rng == Rng(kSeed).split(static_cast<std::uint64_t>(i))) lane = i;
  }
  Outcome step(int, Rng&) {
    ++count;
    if (now(Fault::kException)) throw std::runtime_error("cannot open levels.txt");
    if (now(Fault::kInt)) throw 42;
    if (now(Fault::kText)) throw "out of levels";
    if (now(Fault::kOddType)) throw Odd{};
    if (now(Fault::kInterrupted)) throw Interrupted{};
    const float reward = now(Fault::kRewardNan)        ? kNan
                         : now(Fault::kRewardInfinite) ? -kInfinity
                         : now(Fault::kRewardHuge)     ? 1e20F
                                                       : 1e9F;
    return {reward, now(Fault::kFinalObservation)};
  }
  void observe(std::span<float> out) const {
    out[0] = static_cast<float>(count);
    out[1] = now(Fault::kObservation) || now(Fault::kFinalObservation) ? kInfinity : 0.0F;
  }
  void legal(std::span<std::uint8_t> mask) const {
    const bool last = fault == Fault::kFinalMask && count == 8 && lane >= bad;
    mask[0] = mask[1] = mask[2] = now(Fault::kMask) || last ? 0 : 1;
  }
  void save(ArchiveWriter& writer, const std::string& name) const { writer.put(name, count); }
  void load(const ArchiveReader& reader, const std::string& name) {
    if (fault == Fault::kLoad) throw std::out_of_range("level 7");
    count = reader.get<int>(name);
  }
};

std::unique_ptr<VectorEnv> checked(const Faulty& faulty, int lanes, WorkerPool& pool) {
  return std::make_unique<CheckedEnv>("Faulty-v0",
                                      std::make_unique<BatchedEnv<Faulty>>(faulty, lanes, pool));
}

// What comes of `steps` steps of 20 lanes.
std::string failure(Fault fault, int threads, int steps = 8) {
  constexpr int kLanes = 20;
  WorkerPool pool(threads);
  try {
    const auto env = checked({.fault = fault}, kLanes, pool);
    StepBuffer seen(env->spec(), kLanes);
    ActionMemory action(env->spec().action, kLanes);
    env->reset(kSeed, seen.view());
    for (int i = 0; i < steps; ++i) env->step(action.view(), seen.view());
  } catch (const UsageError& error) {
    return std::string("UsageError: ") + error.what();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// An environment that does nothing and describes itself as `spec`.
template <class ElementType, class ActionType>
struct Described {
  using Element = ElementType;
  using Action = ActionType;
  EnvSpec what;
  [[nodiscard]] EnvSpec spec() const { return what; }
  void reset(Rng&) {}
  Outcome step(ActionType, Rng&) { return {}; }
  void observe(std::span<ElementType> out) const { std::ranges::fill(out, ElementType{}); }
  void save(ArchiveWriter&, const std::string&) const {}
  void load(const ArchiveReader&, const std::string&) {}
};

EnvSpec usual() {
  return {.name = "Described-v0",
          .observation = {{2}, tengen::Element::kFloat, 0, 1},
          .action = Discrete{2, {}}};
}

// As train, eval and watch make it.
template <class E>
std::string refusal(const EnvSpec& spec) {
  EnvRegistry registry;
  registry.add({"Described-v0", "", [&](const Config&, int lanes, WorkerPool& pool) {
                  return std::make_unique<BatchedEnv<E>>(E{spec}, lanes, pool);
                }});
  WorkerPool pool(1);
  try {
    static_cast<void>(registry.make("Described-v0", Config{}, 2, pool));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}
using Chooses = Described<float, int>;
using Moves = Described<float, std::span<const float>>;

}  // namespace

TEST_CASE("a broken contract is one line with environment, lane, step and value") {
  const std::pair<Fault, const char*> cases[] = {
      {Fault::kNone, ""},
      {Fault::kRewardNan, "'Faulty-v0', lane 11, step 3: the reward is nan"},
      {Fault::kRewardInfinite, "'Faulty-v0', lane 11, step 3: the reward is -inf"},
      {Fault::kRewardHuge, "lane 11, step 3: the reward is 1e+20; it must be finite and below"},
      {Fault::kObservation, "'Faulty-v0', lane 11, step 3: element 1 of the observation is inf"},
      {Fault::kFinalObservation,
       "'Faulty-v0', lane 11, step 3: element 1 of the observation is inf"},
      {Fault::kMask, "'Faulty-v0', lane 11, step 3: its mask allows none of the 3 actions"},
      {Fault::kFinalMask, "'Faulty-v0', lane 11, step 8: its mask allows none of the 3 actions"},
      {Fault::kException, "'Faulty-v0', lane 11, step 3: step threw: cannot open levels.txt"},
      {Fault::kInt, "'Faulty-v0', lane 11, step 3: step threw: 42 (an int)"},
      {Fault::kText, "'Faulty-v0', lane 11, step 3: step threw: out of levels"},
      {Fault::kOddType, "step threw: an exception of type (anonymous namespace)::Odd"},
      {Fault::kReset, "'Faulty-v0', lane 0, step 0: reset threw: an exception of type"},
  };
  for (const auto& [fault, expected] : cases) {
    for (const int threads : {1, 3}) {
      const std::string text = failure(fault, threads);
      CAPTURE(text, expected);
      if (*expected == '\0')
        CHECK(text.empty());
      else
        CHECK(text.find(expected) != std::string::npos);
      CHECK(text.find("learning_rate") == std::string::npos);
      CHECK(text.find("bug") == std::string::npos);
    }
  }
}

TEST_CASE("Ctrl-C within an environment is nobody's fault") {
  for (const int threads : {1, 3})
    CHECK_THROWS_AS(failure(Fault::kInterrupted, threads), Interrupted);
}

TEST_CASE("steps are counted on through a checkpoint, and a state that does not load is named") {
  WorkerPool pool(1);
  const auto env = checked({}, 2, pool);
  StepBuffer seen(env->spec(), 2);
  ActionMemory action(env->spec().action, 2);
  env->reset(kSeed, seen.view());
  env->step(action.view(), seen.view());
  ArchiveWriter writer;
  env->save(writer, "env");
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "1.tgn");

  const auto bad = checked({.fault = Fault::kRewardNan, .lane = 1, .bad = 1}, 2, pool);
  bad->reset(kSeed, seen.view());
  bad->load(reader, "env");
  bad->step(action.view(), seen.view());
  CHECK_THROWS_WITH(bad->step(action.view(), seen.view()), ContainsSubstring("lane 1, step 3"));
  CHECK_THROWS_WITH(checked({.fault = Fault::kLoad}, 2, pool)->load(reader, "env"),
                    ContainsSubstring("'Faulty-v0'") && ContainsSubstring("load threw: level 7"));
}

TEST_CASE("a state of another size is told from damage") {
  struct Small {
    using Element = float;
    using Action = int;
    int at = 0;
    [[nodiscard]] EnvSpec spec() const { return usual(); }
    void reset(Rng&) {}
    Outcome step(int, Rng&) { return {}; }
    void observe(std::span<float> out) const { std::ranges::fill(out, 0.0F); }
  };
  struct Large : Small {
    int more = 0;
  };
  WorkerPool pool(1);
  ArchiveWriter writer;
  BatchedEnv<Small>(Small{}, 3, pool).save(writer, "env");
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "1.tgn");
  CHECK_NOTHROW(BatchedEnv<Small>(Small{}, 3, pool).load(reader, "env"));
  CHECK_THROWS_WITH(BatchedEnv<Large>(Large{}, 3, pool).load(reader, "env"),
                    ContainsSubstring("a lane of Described-v0 has 4 bytes, that of this program's "
                                      "8: the environment has been changed"));
}

TEST_CASE("an environment that is badly described is refused when it is made") {
  CHECK(refusal<Chooses>(usual()).empty());
  const auto observation = [](ObservationSpace space) {
    EnvSpec spec = usual();
    spec.observation = space;
    return refusal<Chooses>(spec);
  };
  const auto kFloat = tengen::Element::kFloat;
  CHECK_THAT(observation({{0}, kFloat, 0, 1}), ContainsSubstring("extent 0 of the shape is 0"));
  CHECK_THAT(observation({{4, -1}, kFloat, 0, 1}), ContainsSubstring("extent 1 of the shape is"));
  CHECK_THAT(observation({{2}, kFloat, 1, 0}), ContainsSubstring("the range [1, 0] is empty"));
  CHECK_THAT(observation({{2}, kFloat, 0, kNan}), ContainsSubstring("the range [0, nan]"));
  CHECK_THAT(observation({{2}, tengen::Element::kUint8, 0, 255}),
             ContainsSubstring("observe() writes floats"));
  CHECK(observation({{2}, kFloat, -kInfinity, kInfinity}).empty());
  CHECK_THAT(observation({{1 << 20, 1 << 20, 1 << 20, 1 << 20}, kFloat, 0, 1}),
             ContainsSubstring("1.21e+24 elements"));
  Shape odd;
  odd.rank = 5;
  CHECK_THAT(observation({odd, kFloat, 0, 1}), ContainsSubstring("rank is 5"));
  CHECK_THROWS_AS((Shape{1, 2, 3, 4, 5}), std::length_error);

  const auto action = [](const ActionSpace& space) {
    EnvSpec spec = usual();
    spec.action = space;
    return std::holds_alternative<Box>(space) ? refusal<Moves>(spec) : refusal<Chooses>(spec);
  };
  CHECK_THAT(action(Discrete{0, {}}), ContainsSubstring("0 actions"));
  CHECK_THAT(action(Discrete{-3, {}}), ContainsSubstring("-3 actions"));
  CHECK_THAT(action(Discrete{2, {"LEFT"}}), ContainsSubstring("1 names for 2 actions"));
  CHECK_THAT(action(Box{}), ContainsSubstring("0 lower and 0 upper bounds"));
  CHECK_THAT(action(Box{{0, 0}, {1}}), ContainsSubstring("2 lower and 1 upper bounds"));
  CHECK_THAT(action(Box{{0, 2}, {1, 1}}), ContainsSubstring("dimension 1 spans [2, 1]"));
  CHECK_THAT(action(Box{{0}, {kNan}}), ContainsSubstring("dimension 0 spans [0, nan]"));
  CHECK(action(Box{{0}, {1000}}).empty());
  CHECK(action(Box{{-kEnd}, {kEnd}}).empty());
  CHECK(action(Box{{-kInfinity}, {kInfinity}}).empty());
  EnvSpec spec = usual();
  spec.action = Box{{0}, {1}};
  CHECK_THAT(refusal<Chooses>(spec), ContainsSubstring("step() takes an int"));
  spec = usual();
  CHECK_THAT(refusal<Moves>(spec), ContainsSubstring("step() takes a span of floats"));
  spec.max_episode_steps = -1;
  CHECK_THAT(refusal<Chooses>(spec), ContainsSubstring("max_episode_steps is -1"));
}

TEST_CASE("a maker that throws anything is named") {
  EnvRegistry registry;
  registry.add({"Broken-v0", "",
                [](const Config&, int, WorkerPool&) -> std::unique_ptr<VectorEnv> { throw 42; }});
  WorkerPool pool(1);
  CHECK_THROWS_WITH(registry.make("Broken-v0", Config{}, 1, pool),
                    ContainsSubstring("'Broken-v0' cannot be made: 42"));
}

TEST_CASE("random play of a Box without bounds stays finite") {
  for (const float bound : {kInfinity, kEnd}) {
    EnvSpec spec = usual();
    spec.action = Box{{-bound, 0}, {bound, bound}};
    WorkerPool pool(1);
    BatchedEnv<Moves> env(Moves{spec}, 4, pool);
    RandomPlay play(env, 1);
    play.play(100);
    const auto chosen = play.next_action().box;
    CHECK(std::ranges::all_of(chosen, [](float x) { return std::abs(x) < 10; }));
    CHECK(chosen[1] >= 0);
  }
}
