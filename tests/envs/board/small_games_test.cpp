#include "envs/board/connect_four.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "tests/catch.hpp"
#include "tests/envs/board/positions.hpp"

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

using namespace tengen;

namespace {

// Positions after exactly `depth` moves, counted by the way that leads there.
template <Game G>
std::int64_t perft(const G& game, int depth) {
  if (depth == 0) return 1;
  if (game.finished()) return 0;
  std::int64_t count = 0;
  const auto mask = legal_mask(game);
  for (std::size_t a = 0; a < mask.size(); ++a) {
    if (mask[a] == 0) continue;
    G next = game;
    next.play(static_cast<int>(a));
    count += perft(next, depth - 1);
  }
  return count;
}

template <Game G>
std::int64_t games(const G& game) {
  if (game.finished()) return 1;
  std::int64_t count = 0;
  const auto mask = legal_mask(game);
  for (std::size_t a = 0; a < mask.size(); ++a) {
    if (mask[a] == 0) continue;
    G next = game;
    next.play(static_cast<int>(a));
    count += games(next);
  }
  return count;
}

template <Game G>
void collect(const G& game, std::unordered_set<std::uint64_t>& seen) {
  if (!seen.insert(game.hash()).second || game.finished()) return;
  const auto mask = legal_mask(game);
  for (std::size_t a = 0; a < mask.size(); ++a) {
    if (mask[a] == 0) continue;
    G next = game;
    next.play(static_cast<int>(a));
    collect(next, seen);
  }
}

}  // namespace

TEST_CASE("tic-tac-toe has 5478 positions and 255168 games") {
  std::unordered_set<std::uint64_t> seen;
  collect(TicTacToe(), seen);
  CHECK(seen.size() == 5478);
  CHECK(games(TicTacToe()) == 255168);
}

TEST_CASE("tic-tac-toe: rows, columns and diagonals win for whoever has them") {
  CHECK(played<TicTacToe>("03142").score() == 1);    // top row
  CHECK(played<TicTacToe>("830415").score() == -1);  // middle row
  CHECK(played<TicTacToe>("01428").score() == 1);    // diagonal
  CHECK(played<TicTacToe>("21436").score() == 1);    // the other
  CHECK(played<TicTacToe>("031425687").finished());
  CHECK_FALSE(played<TicTacToe>("0314").finished());
  const TicTacToe draw = played<TicTacToe>("012453687");
  CHECK(draw.finished());
  CHECK(draw.score() == 0);
}

TEST_CASE("Connect Four agrees with the known counts of its positions") {
  CHECK(perft(ConnectFour(), 1) == 7);
  CHECK(perft(ConnectFour(), 4) == 2401);
  CHECK(perft(ConnectFour(), 7) ==
        823536);  // the seventh stone is the first that may win, or not fit
  CHECK(perft(ConnectFour(), 8) == 5673234);
}

TEST_CASE("Connect Four: four in every direction, full columns, gravity") {
  CHECK(played<ConnectFour>("0101010").score() == 1);
  CHECK(played<ConnectFour>("00112233").finished());
  CHECK(played<ConnectFour>("0011223").score() == 1);
  CHECK(played<ConnectFour>("60102030").score() == -1);    // the second player's column
  CHECK(played<ConnectFour>("01122323363").score() == 1);  // rising diagonal
  CHECK_FALSE(played<ConnectFour>("001122").finished());
  const ConnectFour full = played<ConnectFour>("000000");
  CHECK_FALSE(full.finished());
  CHECK(legal_mask(full) == std::vector<std::uint8_t>{0, 1, 1, 1, 1, 1, 1});
  std::vector<std::uint8_t> planes(ConnectFour::spec().plane_bytes());
  played<ConnectFour>("3").observe(planes, {});
  for (std::size_t i = 0; i < planes.size(); ++i) {
    CHECK(planes[i] == (i == 2 * (5 * 7 + 3) + 1 ? 1 : 0));  // the opponent's, at the bottom
  }
}

TEST_CASE("Connect Four: a line does not run from one column's top into the next one's foot") {
  // Column 0's top two stones and column 1's lowest two are the first player's.
  ConnectFour game;
  for (const int x : {2, 0, 2, 0, 3, 0, 3, 0, 0, 4, 0, 4, 1, 4, 1}) game.play(x);
  CHECK_FALSE(game.finished());
}

TEST_CASE("Connect Four: playouts reach all three results, the first player ahead") {
  Rng rng(1);
  int results[3] = {};
  for (int i = 0; i < 5000; ++i) ++results[static_cast<int>(ConnectFour().playout(rng)) + 1];
  CHECK(results[0] > 1500);
  CHECK(results[1] > 0);
  CHECK(results[2] > results[0]);
}
