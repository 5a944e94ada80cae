// A served environment plays as the same one does in this process, to the bit.
#include "core/system/allocations.hpp"
#include "envs/checker.hpp"
#include "envs/random_play.hpp"
#include "tests/catch.hpp"
#include "tests/experiments/remote/served.hpp"

#include <algorithm>
#include <set>

using namespace tengen;

namespace {

std::vector<std::uint64_t> signatures(VectorEnv& env, int steps = 400) {
  RandomPlay play(env, 7);
  play.play(steps);
  return play.signatures();
}

std::vector<std::uint64_t> here(const std::string& id, int lanes) {
  WorkerPool pool(1);
  const EnvRegistry registry = builtin_envs();
  return signatures(*registry.make(id, {}, lanes, pool));
}

}  // namespace

TEST_CASE("a served environment plays to the bit as it does here, by every way") {
  const TempDirectory directory;
  const std::string socket = "unix:" + (directory / "socket").string();
  for (const char* id : {"Catch-v0", "Pendulum-v1", "Pong-v1", "CaloBuild-v0", "GridWorld-v0"}) {
    CAPTURE(id);
    const auto expected = here(id, 5);
    for (const std::string& listen : {socket, std::string("tcp:127.0.0.1:0")}) {
      const Served server(offer(id, listen));
      for (const bool memory : {false, true}) {
        CAPTURE(listen, memory);
        ClientOptions options = impatient();
        options.memory = memory;
        RemoteEnv env(parse_addresses(server.address()), 5, options);
        CHECK(env.spec().name == id);
        CHECK(signatures(env) == expected);
        CHECK(signatures(env) == expected);  // reset again
      }
    }
  }
}

TEST_CASE("rows that are further apart than their length are filled alike") {
  const TempDirectory directory;
  const Served server(offer("Pong-v1", "unix:" + (directory / "socket").string()));
  for (const bool memory : {false, true}) {
    ClientOptions options = impatient();
    options.memory = memory;
    RemoteEnv env(parse_addresses(server.address()), 3, options);
    StepBuffer dense(env.spec(), 3), wide(env.spec(), 7);
    StepView sparse = dense.view();
    sparse.observation = wide.view().observation;
    sparse.observation.lanes = 3;
    sparse.observation.lane_stride *= 2;
    StepBuffer reference(env.spec(), 3);
    RemoteEnv other(parse_addresses(server.address()), 3, options);
    env.reset(1, sparse);
    other.reset(1, reference.view());
    ActionMemory action(env.spec().action, 3);
    for (int step = 0; step < 20; ++step) {
      action.view().discrete[1] = step % 6;
      env.step(action.view(), sparse);
      other.step(action.view(), reference.view());
      for (int lane = 0; lane < 3; ++lane)
        CHECK(std::ranges::equal(sparse.observation.bytes(lane),
                                 reference.view().observation.bytes(lane)));
    }
  }
}

TEST_CASE("the checker finds nothing wrong with a served environment") {
  const TempDirectory directory;
  const std::string socket = "unix:" + (directory / "socket").string();
  CheckOptions options;
  options.steps = 2000;
  options.speed_seconds = 0;
  options.count_allocations = [](const std::function<void()>& work) {
    const AllocationScope scope;
    work();
    return scope.count();
  };
  for (const char* id : {"Catch-v0", "TicTacToe-v0"}) {
    const Served server(offer(id, socket));
    for (const Finding& finding : check_env(*remote_entry(server.address()), options)) {
      CAPTURE(id, finding.name, finding.text);
      CHECK(finding.verdict == Verdict::kPass);
    }
  }
}

TEST_CASE("pictures and experts come from the server") {
  const TempDirectory directory;
  const Served server(offer("Pong-v1", "unix:" + (directory / "socket").string()));
  WorkerPool pool(1);
  const auto here = builtin_envs().make("Pong-v1", {}, 2, pool);
  const auto there = remote_entry(server.address())->make({}, 2, pool);
  StepBuffer a(here->spec(), 2), b(there->spec(), 2);
  here->reset(3, a.view());
  there->reset(3, b.view());
  Canvas ours, theirs;
  REQUIRE(here->draw(1, ours));
  REQUIRE(there->draw(1, theirs));
  CHECK(std::ranges::equal(ours.rgb(), theirs.rgb()));
  ActionMemory mine(here->spec().action, 2), their(there->spec().action, 2);
  REQUIRE(here->oracle(mine.view()));
  REQUIRE(there->oracle(their.view()));
  CHECK(std::ranges::equal(mine.view().discrete, their.view().discrete));
}

TEST_CASE("options reach the environment, and wrong ones the user") {
  const TempDirectory directory;
  const Served server(offer("GridWorld-v0", "unix:" + (directory / "socket").string(), {"size=9"}));
  WorkerPool pool(1);
  const auto make = [&](const char* toml) {
    return remote_entry(server.address())->make(Config::from_string(toml), 1, pool);
  };
  CHECK(make("")->spec().observation.shape == Shape{3, 9, 9});
  CHECK(make("size = 7\ntimeout = 3.0\nid = \"x\"")->spec().observation.shape == Shape{3, 7, 7});
  CHECK_THROWS_AS(make("size = \"large\""), UsageError);
  CHECK_THROWS_AS(make("siez = 7"), UsageError);
  CHECK_THROWS_AS(make("patience = -1"), UsageError);
}

TEST_CASE("several servers play the lanes of one environment") {
  const TempDirectory directory;
  const Served first(offer("Catch-v0", "unix:" + (directory / "a").string()));
  const Served second(offer("Catch-v0", "tcp:localhost:0"));
  const std::string both = first.address() + "," + second.address();
  WorkerPool pool(1);
  const auto env = remote_entry(both)->make({}, 5, pool);
  const auto again = remote_entry(both)->make({}, 5, pool);
  CHECK(env->size() == 5);
  const auto seen = signatures(*env);
  CHECK(signatures(*again) == seen);
  CHECK(std::set(seen.begin(), seen.end()).size() == 5);
  const auto alone = here("Catch-v0", 3);
  CHECK(std::equal(alone.begin(), alone.end(), seen.begin()));  // the first server's lanes
  CHECK(remote_entry(both)->make({}, 1, pool)->size() == 1);
  const Served other(offer("TMaze-v0", "unix:" + (directory / "b").string()));
  CHECK_THROWS_WITH(remote_entry(first.address() + "," + other.address())->make({}, 2, pool),
                    ContainsSubstring("different observations or actions"));
}
