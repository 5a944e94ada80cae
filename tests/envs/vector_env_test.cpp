#include "envs/vector_env.hpp"

#include "tests/catch.hpp"

using namespace tengen;

namespace {

// Counts its steps: the observation is the count, the reward 1, terminated at `limit`.
struct Counter {
  using Element = float;
  using Action = int;
  int count = 0, limit = 3;

  [[nodiscard]] EnvSpec spec() const {
    return {"Counter-v0", {{1}, Element_::kFloat, 0, 100}, Discrete{2, {}}, 5};
  }
  void reset(Rng&) { count = 0; }
  Outcome step(int, Rng&) { return {1.0F, ++count == limit}; }
  void observe(std::span<float> out) const { out[0] = static_cast<float>(count); }

 private:
  using Element_ = tengen::Element;
};
static_assert(Environment<Counter>);

// The same; only action 0 is legal at even counts, only action 1 at odd ones.
struct MaskedCounter : Counter {
  void legal(std::span<std::uint8_t> mask) const {
    mask[0] = count % 2 == 0 ? 1 : 0;
    mask[1] = count % 2 == 0 ? 0 : 1;
  }
};

}  // namespace

TEST_CASE("a finished lane restarts in the same step and keeps its final observation") {
  WorkerPool pool(1);
  for (const auto& [limit, length, terminated] :
       {std::tuple{3, 3, true}, std::tuple{100, 5, false}}) {
    BatchedEnv<Counter> env(Counter{0, limit}, 2, pool);
    StepBuffer buffer(env.spec(), 2);
    ActionMemory action(env.spec().action, 2);
    env.reset(0, buffer.view());
    for (int i = 1; i <= length; ++i) env.step(action.view(), buffer.view());
    const StepView& seen = buffer.view();
    CHECK((seen.terminated[1] == 1) == terminated);
    CHECK((seen.truncated[1] == 1) == !terminated);
    CHECK(seen.final_observation.row<float>(1)[0] == static_cast<float>(length));
    CHECK(seen.observation.row<float>(1)[0] == 0);
  }
}

TEST_CASE("where the clock ends an episode its last mask is told apart from the next one's first") {
  WorkerPool pool(1);
  MaskedCounter counter;
  counter.limit = 100;
  BatchedEnv<MaskedCounter> env(counter, 2, pool);
  StepBuffer buffer(env.spec(), 2);
  ActionMemory action(env.spec().action, 2);
  env.reset(0, buffer.view());
  for (int i = 0; i < 5; ++i) env.step(action.view(), buffer.view());
  const StepView& seen = buffer.view();
  REQUIRE(seen.truncated[1] == 1);
  CHECK(seen.legal.row(1)[0] == 1);  // count 0
  CHECK(seen.legal.row(1)[1] == 0);
  CHECK(seen.final_legal.row(1)[0] == 0);  // count 5
  CHECK(seen.final_legal.row(1)[1] == 1);
  StepView uninterested = seen;
  uninterested.final_legal = {};
  for (int i = 0; i < 5; ++i) env.step(action.view(), uninterested);
  CHECK(seen.truncated[1] == 1);
}

namespace {

// Two lanes whose games end after 3 steps, or by a clock of 5, with the caller's rules.
template <class E>
struct Driven {
  explicit Driven(const E& prototype, Autoreset autoreset, int limit = 5)
      : env(prototype, 2, pool), buffer(env.spec(), 2), action(env.spec().action, 2) {
    env.set_episodes(autoreset, limit);
    env.reset(0, buffer.view());
  }
  void step(int times = 1) {
    for (int i = 0; i < times; ++i) env.step(action.view(), buffer.view());
  }
  float observation(int lane) { return buffer.view().observation.template row<float>(lane)[0]; }

  WorkerPool pool{1};
  BatchedEnv<E> env;
  StepBuffer buffer;
  ActionMemory action;
};

}  // namespace

TEST_CASE("a finished lane can wait for the next step to restart") {
  Driven<Counter> driven(Counter{0, 3}, Autoreset::kNextStep);
  const StepView& seen = driven.buffer.view();
  driven.step(3);
  CHECK(seen.terminated[1] == 1);
  CHECK(driven.observation(1) == 3);
  CHECK(seen.final_observation.row<float>(1)[0] == 3);
  driven.step();
  CHECK(seen.terminated[1] == 0);
  CHECK(seen.reward[1] == 0);
  CHECK(driven.observation(1) == 0);
  driven.step();
  CHECK(seen.reward[1] == 1);
  CHECK(driven.observation(1) == 1);
}

TEST_CASE("the caller restarts chosen lanes, and a lane that waits can be saved") {
  Driven<Counter> driven(Counter{0, 100}, Autoreset::kDisabled);
  const StepView& seen = driven.buffer.view();
  driven.step(5);
  CHECK(seen.truncated[0] == 1);
  CHECK(driven.observation(0) == 5);
  const std::array first{LaneStart{0}};
  driven.env.restart(first, seen);
  CHECK(driven.observation(0) == 0);
  CHECK(driven.observation(1) == 5);

  ArchiveWriter writer;
  driven.env.save(writer, "env");
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "memory");
  Driven<Counter> other(Counter{0, 100}, Autoreset::kDisabled);
  other.env.load(reader, "env");
  Driven<Counter> usual(Counter{0, 100}, Autoreset::kSameStep);
  CHECK_THROWS_AS(usual.env.load(reader, "env"), Error);
}

TEST_CASE("a lane with a seed of its own plays as the only lane of an environment does") {
  struct Drawer : Counter {
    std::uint32_t drawn = 0;
    void reset(Rng& rng) { drawn = rng.below(1000), count = 0; }
    void observe(std::span<float> out) const { out[0] = static_cast<float>(drawn) / 10; }
  };
  WorkerPool pool(1);
  BatchedEnv<Drawer> one(Drawer{}, 1, pool), many(Drawer{}, 20, pool);
  StepBuffer single(one.spec(), 1), batch(many.spec(), 20);
  one.reset(7, single.view());
  many.reset(0, batch.view());
  const float before = batch.view().observation.row<float>(12)[0];
  const std::array chosen{LaneStart{13, 7}, LaneStart{2, 7}};
  many.restart(chosen, batch.view());
  for (const int lane : {13, 2})
    CHECK(batch.view().observation.row<float>(lane)[0] ==
          single.view().observation.row<float>(0)[0]);
  CHECK(batch.view().observation.row<float>(12)[0] == before);
}

TEST_CASE("the caller's clock replaces the environment's, and 0 stops it") {
  Driven<Counter> shorter(Counter{0, 100}, Autoreset::kSameStep, 2);
  shorter.step(2);
  CHECK(shorter.buffer.view().truncated[0] == 1);
  Driven<Counter> endless(Counter{0, 100}, Autoreset::kSameStep, 0);
  endless.step(90);
  CHECK(endless.observation(0) == 90);
}

TEST_CASE("a game that has ended is not asked what is legal") {
  struct Silent : MaskedCounter {
    void legal(std::span<std::uint8_t> mask) const {
      TENGEN_CHECK(count < limit);
      MaskedCounter::legal(mask);
    }
  };
  Driven<Silent> driven(Silent{}, Autoreset::kNextStep);
  driven.step(3);
  CHECK(driven.buffer.view().terminated[0] == 1);
  CHECK(std::ranges::count(driven.buffer.view().legal.row(0), 1) == 2);
}

TEST_CASE("a seed begins a game and not just its next life") {
  struct Lives : Counter {
    int life = 1;
    bool lost = false;
    void reset(Rng&) {
      life = lost ? life + 1 : 1;
      lost = false;
      count = 0;
    }
    Outcome step(int, Rng&) {
      lost = ++count == limit && life < 3;
      return {1.0F, count == limit};
    }
    [[nodiscard]] bool goes_on() const { return lost; }
    void observe(std::span<float> out) const { out[0] = static_cast<float>(life); }
  };
  Driven<Lives> driven(Lives{}, Autoreset::kDisabled);
  driven.step(3);
  const std::array both{LaneStart{0}, LaneStart{1, 5}};
  driven.env.restart(both, driven.buffer.view());
  CHECK(driven.observation(0) == 2);
  CHECK(driven.observation(1) == 1);
}

TEST_CASE("an environment that cannot follow such rules says so") {
  struct Plain final : VectorEnv {
    EnvSpec description = Counter{}.spec();
    [[nodiscard]] const EnvSpec& spec() const override { return description; }
    [[nodiscard]] int size() const override { return 1; }
    void reset(std::uint64_t, const StepView&) override {}
    void step(const ActionView&, const StepView&) override {}
    void save(ArchiveWriter&, const std::string&) const override {}
    void load(const ArchiveReader&, const std::string&) override {}
    void observe(const StepView&) const override {}
    bool draw(int, Canvas&) const override { return false; }
    bool oracle(ActionBuffer) const override { return false; }
  } plain;
  plain.set_episodes(Autoreset::kSameStep, 5);
  CHECK_THROWS_WITH(plain.set_episodes(Autoreset::kNextStep, 5),
                    ContainsSubstring("'Counter-v0' keeps its own time limit of 5 steps"));
  CHECK_THROWS_WITH(plain.restart({}, {}), ContainsSubstring("starts all of its lanes together"));
}
