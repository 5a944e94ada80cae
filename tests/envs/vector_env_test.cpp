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
