// The contract, held by every registered environment.
#include "core/system/allocations.hpp"
#include "envs/checker.hpp"
#include "envs/classic/acrobot.hpp"
#include "envs/classic/cart_pole.hpp"
#include "envs/classic/catch.hpp"
#include "envs/classic/grid_world.hpp"
#include "envs/classic/mountain_car.hpp"
#include "envs/classic/no_velocity.hpp"
#include "envs/classic/pendulum.hpp"
#include "envs/random_play.hpp"
#include "envs/synthetic/hidden_factors.hpp"
#include "envs/synthetic/t_maze.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

using namespace tengen;

namespace {

// Warnings that describe an environment rightly: its id and the finding.
const std::set<std::pair<std::string, std::string>> kKnownWarnings = {
    {"CartPole-v1", "observation space"},  // velocities have no bound, as in Gymnasium
    {"GridWorld-v0", "different seeds"},   // nothing in it is random
    {"CaloBuild-v0", "different seeds"},   // nor here, unless random_context
    {"TrackerBuild-v0", "different seeds"},    {"PhoneArray-v0", "different seeds"},
    {"ExperimentBuild-v0", "different seeds"},
};

// The state with every lane's clock set to `elapsed` steps.
ArchiveReader with_clocks(const VectorEnv& env, int elapsed) {
  ArchiveWriter saved, changed;
  env.save(saved, "env");
  const auto reader = ArchiveReader::from_bytes(saved.bytes(), "state");
  for (const std::string& name : reader.names()) changed.put_bytes(name, reader.bytes(name));
  const std::vector<int> clocks(static_cast<std::size_t>(env.size()), elapsed);
  REQUIRE(reader.has("env/elapsed"));
  changed.put_span("env/elapsed", std::span(clocks));
  return ArchiveReader::from_bytes(changed.bytes(), "state");
}

std::map<std::string, std::string> golden_signatures() {
  std::ifstream file(TENGEN_SOURCE_DIR "/tests/golden/signatures.txt");
  std::map<std::string, std::string> out;
  for (std::string id, signature; file >> id >> signature;) out[id] = signature;
  return out;
}

}  // namespace

// Minutes under sanitizers, where the signatures below run them all on three threads.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_CASE("every environment passes the checker", "[long]") {
  CheckOptions options;
  options.count_allocations = [](const std::function<void()>& work) {
    const AllocationScope scope;
    work();
    return scope.count();
  };
  options.speed_seconds = 0;  // figures belong to the benchmarks
  const EnvRegistry registry = builtin_envs();
  for (const EnvEntry& entry : registry.entries())
    for (const Finding& finding : check_env(entry, options)) {
      CAPTURE(entry.id, finding.name, finding.text);
      const bool known = kKnownWarnings.contains({entry.id, finding.name});
      CHECK(finding.verdict == (known ? Verdict::kWarn : Verdict::kPass));
    }
}
#endif

TEST_CASE("the time limit truncates every environment, and only the clock does") {
  const EnvRegistry registry = builtin_envs();
  for (const EnvEntry& entry : registry.entries()) {
    CAPTURE(entry.id);
    WorkerPool pool(1);
    const auto env = entry.make(Config{}, 3, pool);
    const int limit = env->spec().max_episode_steps;
    if (limit == 0) continue;
    RandomPlay play(*env, 1);
    env->load(with_clocks(*env, limit - 2), "env");
    play.play();
    for (int lane = 0; lane < 3; ++lane) CHECK_FALSE(play.seen().ended(lane));
    play.play();
    for (std::size_t lane = 0; lane < 3; ++lane) {
      CHECK(play.seen().truncated[lane] == 1);
      CHECK(play.seen().terminated[lane] == 0);
    }
    play.play();
    for (int lane = 0; lane < 3; ++lane) CHECK_FALSE(play.seen().ended(lane));
  }
}

TEST_CASE("every environment has the signature on record") {
  INFO("if the change is meant: tengen signature | grep -e -v > tests/golden/signatures.txt");
  std::map<std::string, std::string> golden = golden_signatures();
  WorkerPool pool(3);
  const EnvRegistry registry = builtin_envs();
  for (const EnvEntry& entry : registry.entries()) {
    CAPTURE(entry.id);
    CHECK(fmt::format("{:016x}", env_signature(entry, pool)) == golden[entry.id]);
    golden.erase(entry.id);
  }
  for (const auto& [id, signature] : golden) FAIL_CHECK(id << " is on record, but not registered");
}

TEST_CASE("the signature depends on the seed and not on the number of threads") {
  const EnvRegistry registry = builtin_envs();
  const EnvEntry& entry = registry.find("CartPole-v1");
  WorkerPool one(1), many(8);
  CHECK(env_signature(entry, one) == env_signature(entry, many));
  const auto env = entry.make(Config{}, 8, one);
  CHECK(env_signature(*env, 0) == env_signature(entry, one));
  CHECK(env_signature(*env, 1) != env_signature(entry, one));
}

// What makes search and tests simple: a copy in the middle of an episode is a saved state.
TEMPLATE_TEST_CASE("copies evolve equally", "", CartPole, MountainCar, Acrobot, Pendulum,
                   tengen::Catch, GridWorld, NoVelocity<CartPole>, NoVelocity<Pendulum>,
                   HiddenFactors<HiddenFormula::kCopy>, HiddenFactors<HiddenFormula::kXor>, TMaze) {
  static_assert(Environment<TestType> && std::is_trivially_copyable_v<TestType>);
  Rng rng(3);
  TestType env;
  env.reset(rng);
  const std::size_t count = env.spec().observation.shape.count();
  std::vector<float> seen(count), copied(count);
  const auto step = [](TestType& which, Rng& random) {
    if constexpr (std::is_same_v<typename TestType::Action, int>) {
      which.step(static_cast<int>(random.below(2)), random);
    } else {
      const float action = random.uniform();
      which.step({&action, 1}, random);
    }
  };
  for (int i = 0; i < 3; ++i) step(env, rng);
  TestType copy = env;
  Rng copied_rng = rng;
  for (int i = 0; i < 5; ++i) {
    step(env, rng);
    step(copy, copied_rng);
    env.observe(seen);
    copy.observe(copied);
    CHECK(seen == copied);
  }
}
