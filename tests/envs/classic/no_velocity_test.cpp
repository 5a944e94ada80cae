#include "envs/classic/no_velocity.hpp"

#include "envs/classic/cart_pole.hpp"
#include "envs/classic/pendulum.hpp"
#include "tests/catch.hpp"

#include <vector>

using namespace tengen;

namespace {

// Steps E and its masked form alike for a while; the latter shows `kept` columns of the former.
template <class E>
void check_masked(const std::string& name, const std::vector<std::size_t>& kept) {
  Rng rng(5), masked_rng(5);
  E whole;
  NoVelocity<E> masked;
  whole.reset(rng);
  masked.reset(masked_rng);
  const EnvSpec spec = masked.spec();
  CHECK(spec.name == name);
  CHECK(spec.observation.shape == Shape{static_cast<int>(kept.size())});
  CHECK(spec.max_episode_steps == whole.spec().max_episode_steps);
  std::vector<float> all(whole.spec().observation.shape.count()), seen(kept.size());
  bool over = false;
  for (int i = 0; i < 100 && !over; ++i) {
    Outcome outcome, masked_outcome;
    if constexpr (std::is_same_v<typename E::Action, int>) {
      outcome = whole.step(i % 2, rng);
      masked_outcome = masked.step(i % 2, masked_rng);
    } else {
      const float torque = static_cast<float>(i % 5) - 2;
      outcome = whole.step({&torque, 1}, rng);
      masked_outcome = masked.step({&torque, 1}, masked_rng);
    }
    over = outcome.terminated;
    CHECK(masked_outcome.reward == outcome.reward);
    CHECK(masked_outcome.terminated == over);
    whole.observe(all);
    masked.observe(seen);
    for (std::size_t k = 0; k < kept.size(); ++k) {
      CHECK(seen[k] == all[kept[k]]);
      CHECK(std::abs(seen[k]) <= spec.observation.high);
    }
  }
}

}  // namespace

TEST_CASE("CartPoleNoVel shows where cart and pole are, no more") {
  check_masked<CartPole>("CartPoleNoVel-v0", {0, 2});
}

TEST_CASE("PendulumNoVel shows the cosine and sine of the angle, no more") {
  check_masked<Pendulum>("PendulumNoVel-v0", {0, 1});
}
