// Catch and GridWorld, whose best returns are known.
#include "envs/classic/catch.hpp"
#include "envs/classic/grid_world.hpp"

#include "tests/catch.hpp"

#include <set>

using namespace tengen;

namespace {

template <class E>
float oracle_return(E& env, Rng& rng) {
  env.reset(rng);
  float total = 0;
  for (int i = 0; i < 1000; ++i) {
    const Outcome outcome = env.step(env.oracle(), rng);
    total += outcome.reward;
    if (outcome.terminated) return total;
  }
  FAIL("the oracle did not finish");
  return total;
}

}  // namespace

TEST_CASE("Catch: the ball falls nine rows from any column, and the oracle catches it") {
  Rng rng(1);
  std::set<int> columns;
  for (int i = 0; i < 100; ++i) {
    tengen::Catch env;
    env.reset(rng);
    columns.insert(env.ball_column);
    CHECK(oracle_return(env, rng) == 1);
    CHECK(env.ball_row == 9);
  }
  CHECK(columns == std::set{0, 1, 2, 3, 4});
}

TEST_CASE("Catch: a missed ball costs one, and the paddle stays on the board") {
  Rng rng;
  tengen::Catch env{.ball_row = 0, .ball_column = 4, .paddle = 2};
  Outcome outcome;
  for (int i = 0; i < 9; ++i) {
    CHECK_FALSE(outcome.terminated);
    outcome = env.step(0, rng);
  }
  CHECK(env.paddle == 0);
  CHECK(outcome.terminated);
  CHECK(outcome.reward == -1);
}

TEST_CASE("Catch: the board shows the ball and the paddle") {
  const tengen::Catch env{.ball_row = 3, .ball_column = 1, .paddle = 4};
  std::vector<float> board(50, 7.0F);
  env.observe(board);
  for (std::size_t i = 0; i < board.size(); ++i)
    CHECK(board[i] == (i == 3 * 5 + 1 || i == 9 * 5 + 4 ? 1.0F : 0.0F));
}

TEST_CASE("GridWorld: the oracle's return is the best one, at every size") {
  for (int size = GridWorld::kSmallest; size <= GridWorld::kLargest; size += 2) {
    GridWorld env{.size = size};
    Rng rng;
    CHECK(oracle_return(env, rng) == static_cast<float>(-2 * (size - 1)));
  }
}

TEST_CASE("GridWorld: walls stop the walker and are masked") {
  Rng rng;
  GridWorld env{.size = 7, .row = 0, .column = 2};  // the wall is column 3, its doors rows 1 and 5
  std::vector<std::uint8_t> mask(4);
  env.legal(mask);
  CHECK(mask == std::vector<std::uint8_t>{0, 0, 1, 1});
  CHECK(env.step(1, rng).reward == -1);
  CHECK(env.column == 2);
  env.step(2, rng);
  env.step(1, rng);
  CHECK(env.row == 1);
  CHECK(env.column == 3);
}
