#include "envs/board/versus.hpp"

#include "envs/board/connect_four.hpp"
#include "envs/board/go.hpp"
#include "envs/board/othello.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "envs/registry.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace tengen;

namespace {

template <class E>
int random_legal(const E& env, Rng& rng) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(std::get<Discrete>(env.spec().action).n));
  env.legal(mask);
  for (;;) {
    const auto action = rng.below(static_cast<std::uint32_t>(mask.size()));
    if (mask[action] != 0) return static_cast<int>(action);
  }
}

// The mean reward of random play.
template <class E>
double mean_reward(E env, int games) {
  Rng rng(1);
  double sum = 0;
  for (int i = 0; i < games; ++i) {
    env.reset(rng);
    Outcome outcome;
    while (!outcome.terminated) outcome = env.step(random_legal(env, rng), rng);
    sum += outcome.reward;
  }
  return sum / games;
}

}  // namespace

TEST_CASE("Versus: either side is the learner's, and the view is the learner's") {
  Versus<TicTacToe> env;
  Rng rng(2);
  int first = 0;
  std::vector<std::uint8_t> seen(3 * 9);
  for (int i = 0; i < 100; ++i) {
    env.reset(rng);
    first += env.learner == 0 ? 1 : 0;
    REQUIRE(env.game.to_move() == env.learner);
    env.observe(seen);
    const auto count = [&](int plane) {
      return std::count(seen.begin() + plane * 9, seen.begin() + plane * 9 + 9, 1);
    };
    CHECK(count(0) == 0);
    CHECK(count(1) == env.learner);
    CHECK(count(2) == 9 * env.learner);
    if (env.step(random_legal(env, rng), rng).terminated) continue;
    env.observe(seen);
    CHECK(count(0) == 1);
    CHECK(count(1) == 1 + env.learner);
  }
  CHECK(first > 30);
  CHECK(first < 70);
}

TEST_CASE("Versus: the reward is the learner's, and what is illegal loses") {
  Versus<TicTacToe> env;
  Rng rng(3);
  for (int i = 0; i < 200; ++i) {
    env.reset(rng);
    Outcome outcome;
    while (!outcome.terminated) outcome = env.step(random_legal(env, rng), rng);
    CHECK(outcome.reward == (env.learner == 0 ? env.game.score() : -env.game.score()));
  }
  do env.reset(rng);
  while (env.learner == 0);
  CHECK(env.last >= 0);
  const Outcome outcome = env.step(env.last, rng);
  CHECK(outcome.terminated);
  CHECK(outcome.reward == -1);
}

TEST_CASE("Versus: rollouts are much better than chance") {
  Versus<TicTacToe> weak, strong{.opponent = VersusOpponent::kRollouts, .rollouts = 200};
  CHECK(std::abs(mean_reward(weak, 500)) < 0.15);
  CHECK(mean_reward(strong, 200) < -0.6);
  Versus<Othello> othello{.opponent = VersusOpponent::kRollouts, .rollouts = 50};
  CHECK(mean_reward(othello, 20) < -0.4);
  Versus<Go<9>> go{.start = Go<9>(5, 5), .opponent = VersusOpponent::kRollouts, .rollouts = 100};
  CHECK(mean_reward(go, 20) < -0.4);
}

TEST_CASE("board games are made with their options, and bad ones are told") {
  const EnvRegistry registry = builtin_envs();
  WorkerPool pool(1);
  const auto make = [&](const char* id, const char* options) {
    return registry.make(id, Config::from_string(options), 2, pool);
  };
  const auto go = make("Go-v0", "size = 13\nkomi = 5.5\nopponent = \"rollouts\"\nrollouts = 20");
  CHECK(go->spec().observation.shape == Shape{13, 13, 13});
  CHECK(std::get<Discrete>(go->spec().action).n == 170);
  CHECK(make("Hex-v0", "size = 11")->spec().observation.shape == Shape{3, 11, 11});
  CHECK(make("Go-v0", "size = 25")->spec().observation.shape == Shape{13, 25, 25});
  CHECK_THROWS_WITH(make("Go-v0", "size = 26"), ContainsSubstring("size"));
  CHECK_THROWS_WITH(make("Hex-v0", "size = 14"), ContainsSubstring("size"));
  CHECK_THROWS_WITH(make("Othello-v0", "opponent = \"randon\""), ContainsSubstring("random"));
}
