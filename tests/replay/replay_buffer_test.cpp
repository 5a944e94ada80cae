#include "replay/replay_buffer.hpp"

#include "core/system/allocations.hpp"
#include "replay/gather.hpp"
#include "tests/replay/history.hpp"

#include <cmath>
#include <map>
#include <set>

using namespace tengen;

namespace {

struct Case {
  HistoryOptions history;
  ReplayOptions replay;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  for (const bool prioritised : {false, true})
    for (const int n_steps : {1, 3, 5})
      for (const int stack : {1, 4})
        for (const int lanes : {1, 3})
          for (const Element element : {Element::kUint8, Element::kFloat})
            out.push_back({{element, n_steps == 3 ? 2 : 0, n_steps == 1, 0.15},
                           {60, lanes, stack, n_steps, 0.9F, prioritised, 0.6F}});
  return out;
}

}  // namespace

TEST_CASE("samples equal those of a memory that stores every stack in full") {
  for (const Case& c : cases()) {
    CAPTURE(c.replay.n_steps, c.replay.stack, c.replay.lanes, c.replay.prioritised);
    History history(c.history, c.replay.lanes, c.replay.stack, 1);
    ReplayBuffer replay(history.spec(), c.replay);
    history.start(replay);
    history.check_newest(replay);
    Rng rng(2);
    ReplayBatch batch;
    for (int i = 0; i < 400; ++i) {  // the ring wraps some six times with one lane, twenty with 3
      history.step(replay);
      history.check_newest(replay);
      if (replay.size() == 0) continue;
      replay.sample(16, 0.4F, rng, batch);
      history.check(batch, c.replay.n_steps, c.replay.gamma);
      if (c.replay.prioritised) {
        std::vector<float> error(16);
        for (float& e : error) e = rng.uniform() * 2 - 1;
        replay.update_priorities(batch.index, error);
      }
    }
  }
}

TEST_CASE("exactly the newest `capacity` finished transitions are sampled, all equally often") {
  for (const auto& [steps, expected] : {std::pair{7, 5}, std::pair{12, 10}, std::pair{75, 10}}) {
    History history({}, 2, 3, 3);
    ReplayBuffer replay(history.spec(), {19, 2, 3, 3, 0.9F, false, 0});
    CHECK(replay.capacity() == 20);
    history.start(replay);
    for (int i = 0; i < steps; ++i) history.step(replay);
    CHECK(replay.size() == 2 * expected);
    Rng rng(4);
    ReplayBatch batch;
    std::map<History::Place, int> seen;
    const int rounds = 2000;
    for (int i = 0; i < rounds; ++i) {
      replay.sample(10, 0, rng, batch);
      for (int row = 0; row < 10; ++row) ++seen[History::place(batch, row)];
    }
    const auto last = static_cast<std::size_t>(steps - 2);  // the last three steps' first time + 1
    REQUIRE(seen.size() == static_cast<std::size_t>(2 * expected));
    CHECK(seen.begin()->first.time == last - static_cast<std::size_t>(expected));
    CHECK(seen.rbegin()->first.time == last - 1);
    const double mean = rounds * 10.0 / (2 * expected);
    for (const auto& [place, count] : seen) CHECK(std::abs(count - mean) < 6 * std::sqrt(mean));
  }
}

TEST_CASE("prioritised sampling draws in proportion to |error|^alpha, and the weights undo it") {
  const float alpha = 0.7F, beta = 0.5F;
  History history({}, 1, 1, 5);
  ReplayBuffer replay(history.spec(), {50, 1, 1, 1, 0.9F, true, alpha});
  history.start(replay);
  for (int i = 0; i < 130; ++i) history.step(replay);
  Rng rng(6);
  ReplayBatch batch;
  std::map<std::int64_t, double> priority;
  while (priority.size() < 50) {
    replay.sample(32, beta, rng, batch);
    std::vector<float> error;
    for (const auto index : batch.index) {
      error.push_back(static_cast<float>(index % 7) * (index % 2 == 0 ? 1 : -1));
      priority[index] = std::pow(std::abs(error.back()) + 1e-6, alpha);
    }
    replay.update_priorities(batch.index, error);
  }
  double total = 0;
  for (const auto& [index, p] : priority) total += p;
  std::map<std::int64_t, int> seen;
  const int rounds = 20000;
  for (int i = 0; i < rounds; ++i) {
    replay.sample(8, beta, rng, batch);
    double largest = 0;
    for (const auto index : batch.index)
      largest = std::max(largest, std::pow(50 * priority[index] / total, -beta));
    for (std::size_t k = 0; k < 8; ++k) {
      ++seen[batch.index[k]];
      const double weight = std::pow(50 * priority[batch.index[k]] / total, -beta);
      REQUIRE(batch.weight[k] == Approx(weight / largest).epsilon(1e-5));
    }
  }
  for (const auto& [index, p] : priority) {
    const double mean = rounds * 8 * p / total;
    CHECK(std::abs(seen[index] - mean) < 6 * std::sqrt(mean) + 3);
  }
}

TEST_CASE("new transitions come in with the largest priority so far, old indices change nothing") {
  History history({}, 1, 1, 7);
  ReplayBuffer replay(history.spec(), {10, 1, 1, 1, 0.9F, true, 1.0F});
  history.start(replay);
  for (int i = 0; i < 10; ++i) history.step(replay);
  Rng rng(8);
  ReplayBatch batch;
  std::set<std::int64_t> all;
  while (all.size() < 10) {
    replay.sample(10, 1, rng, batch);
    all.insert(batch.index.begin(), batch.index.end());
  }
  std::vector<std::int64_t> index(all.begin(), all.end());
  std::vector<float> error(10, 0.0F);
  error[3] = 4;
  replay.update_priorities(index, error);
  history.step(replay);  // overwrites index[0]; its priority is 4 too
  replay.update_priorities(std::span(index).first(1), std::vector<float>{1000});
  const auto share = [&](std::int64_t wanted) {
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      replay.sample(10, 1, rng, batch);
      count += static_cast<int>(std::count(batch.index.begin(), batch.index.end(), wanted));
    }
    return count / 10000.0;
  };
  CHECK(share(index[3]) == Approx(0.5).margin(0.03));
  CHECK(share(index[0]) == 0);
  CHECK(share(index[9] + 1) == Approx(0.5).margin(0.03));
}

TEST_CASE("uniform weights are 1, and so are prioritised ones for beta 0") {
  for (const bool prioritised : {false, true}) {
    History history({}, 1, 1, 7);
    ReplayBuffer replay(history.spec(), {10, 1, 1, 1, 0.9F, prioritised, 1.0F});
    history.start(replay);
    for (int i = 0; i < 10; ++i) history.step(replay);
    Rng rng(8);
    ReplayBatch batch;
    replay.sample(4, 1, rng, batch);
    replay.update_priorities(batch.index, std::vector<float>{1, 2, 3, 4});
    replay.sample(100, prioritised ? 0 : 1, rng, batch);
    CHECK(batch.weight == std::vector<float>(100, 1.0F));
  }
}

TEST_CASE("gather copies the stacks of a batch") {
  History history({}, 3, 4, 9);
  ReplayBuffer replay(history.spec(), {60, 3, 4, 2, 0.9F, false, 0});
  history.start(replay);
  for (int i = 0; i < 50; ++i) history.step(replay);
  Rng rng(10);
  ReplayBatch batch;
  replay.sample(9, 0, rng, batch);
  const std::size_t bytes = batch.observation.size() * batch.frame_bytes;
  std::vector<std::byte> observation(bytes), next(bytes);
  gather(batch, observation, next);
  for (std::size_t i = 0; i < batch.observation.size(); ++i) {
    const std::size_t at = i * batch.frame_bytes;
    REQUIRE(std::memcmp(&observation[at], batch.observation[i], batch.frame_bytes) == 0);
    REQUIRE(std::memcmp(&next[at], batch.next_observation[i], batch.frame_bytes) == 0);
  }
}

TEST_CASE("nothing is allocated once the ring has filled") {
  for (const bool masked : {false, true}) {
    EnvSpec spec;
    spec.observation = {{84, 84}, Element::kUint8, 0, 255};
    spec.action = Discrete{6, {}};
    spec.masked = masked;
    ReplayBuffer replay(spec, {500, 2, 4, 3, 0.99F, true, 0.6F});
    replay.start();
    Rng rng(0);
    ReplayBatch batch;
    const std::vector<std::int32_t> action{1, 2};
    const std::vector<float> reward{0, 1}, error(32, 0.5F);
    const auto step = [&](int i) {
      const StepView view = replay.slot();
      view.terminated[0] = i % 7 == 0 ? 1 : 0;
      view.truncated[1] = i % 5 == 0 ? 1 : 0;
      replay.commit({action, {}}, reward);
      if (replay.size() == 0) return;
      replay.sample(32, 0.5F, rng, batch);
      replay.update_priorities(batch.index, error);
    };
    for (int i = 0; i < 300; ++i) step(i);
    const AllocationScope scope;
    for (int i = 300; i < 1000; ++i) step(i);
    CHECK(scope.count() == 0);
  }
}

TEST_CASE("a million Atari steps fit into 7.1 GB") {
  EnvSpec spec;
  spec.observation = {{84, 84}, Element::kUint8, 0, 255};
  spec.action = Discrete{18, {}};
  const ReplayBuffer replay(spec, {1'000'000, 1, 4, 3, 0.99F, true, 0.6F});
  CHECK(replay.memory_bytes() > 7'056'000'000U);
  CHECK(replay.memory_bytes() <= 7'100'000'000U);
}

TEST_CASE("options out of range, too much memory and diverged errors are named") {
  EnvSpec spec = History({}, 1, 1, 0).spec();
  const auto message = [&](const ReplayOptions& options) -> std::string {
    try {
      const ReplayBuffer replay(spec, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message({0}) == "replay: capacity must be at least 1, not 0");
  CHECK(message({10, 0}) == "replay: lanes must be at least 1, not 0");
  CHECK(message({10, 1, 0}) == "replay: stack must be at least 1, not 0");
  CHECK(message({10, 1, 1, 0}) == "replay: n_steps must be at least 1, not 0");
  CHECK(message({10, 1, 1, 1, 1.5F}) == "replay: gamma must be in [0, 1], not 1.5");
  CHECK(message({10, 1, 1, 1, 0.9F, true, -1}) == "replay: alpha must be in [0, 1], not -1");
  CHECK(message({std::int64_t{1} << 31}) == "replay: capacity must be below 2^31, not 2147483648");
  const ObservationSpace small = spec.observation;
  spec.observation.shape = {1000, 1000};  // two petabytes: more than there are addresses
  CHECK(message({2'000'000'000}).find("lower buffer_size") != std::string::npos);
  spec.observation = small;

  History history({}, 1, 1, 7);
  ReplayBuffer replay(spec, {10, 1, 1, 1, 0.9F, true, 1.0F});
  history.start(replay);
  for (int i = 0; i < 10; ++i) history.step(replay);
  CHECK_THROWS_AS(
      replay.update_priorities(std::vector<std::int64_t>{1}, std::vector<float>{std::nanf("")}),
      Error);
}
