// Go against numbers that others have counted: legal positions, perft, games, optimal scores.
#include "envs/board/go.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <set>
#include <vector>

using namespace tengen;

namespace {

static_assert(Game<Go<9>> && HasPlayout<Go<9>> && HasTerritory<Go<9>>);
static_assert(std::is_trivially_copyable_v<Go<9>>);

using Board = GoBoard<9>;

// Positions in which every chain has a liberty, counted by building each (Tromp and Farnebäck
// 2007).
int legal_positions(int rows, int columns) {
  int count = 0, total = 1;
  for (int i = 0; i < rows * columns; ++i) total *= 3;
  for (int code = 0; code < total; ++code) {
    Board board(rows, columns);
    bool legal = true;
    for (int point = 0, rest = code; point < rows * columns && legal; ++point, rest /= 3) {
      if (rest % 3 == 0) continue;
      const int cell = board.cell(point);
      const auto stone = static_cast<Stone>(rest % 3);
      legal = !board.is_suicide(cell, stone) && !board.captures(cell, stone);
      if (legal) board.play(cell, stone);
    }
    count += legal ? 1 : 0;
  }
  return count;
}

template <int kMaxSize>
std::int64_t perft(const Go<kMaxSize>& game, int depth) {
  std::int64_t count = 0;
  for (int point = 0; point < game.pass_action(); ++point) {
    if (!game.is_legal(point)) continue;
    if (depth == 1) {
      ++count;
      continue;
    }
    Go<kMaxSize> next = game;
    next.play(point);
    count += perft(next, depth - 1);
  }
  return count;
}

// Games without passing and repetition, either player moving at any time, as Tromp and Farnebäck
// count them: simple paths from the empty board in the graph of positions.
std::int64_t games(const Board& board, std::set<std::uint64_t>& seen) {
  std::int64_t count = 1;
  for (int i = 0; i < board.empty_count(); ++i)
    for (const Stone stone : {Stone::kBlack, Stone::kWhite}) {
      Board next = board;
      next.play(board.empty(i), stone);
      if (!seen.insert(next.hash()).second) continue;
      count += games(next, seen);
      seen.erase(next.hash());
    }
  return count;
}

std::int64_t games(int rows, int columns) {
  const Board empty(rows, columns);
  std::set<std::uint64_t> seen{empty.hash()};
  return games(empty, seen);
}

// The mover's best area score under positional superko, two passes ending the game.
int best_score(const Go<9>& game, int alpha, int beta) {
  const int sign = game.to_move() == 0 ? 1 : -1;
  if (game.finished()) {
    REQUIRE(game.passes() == 2);
    return sign * static_cast<int>(game.margin());
  }
  int best = -1000;
  const auto consider = [&](int action) {
    if (best >= beta || !game.is_legal(action)) return;
    Go<9> next = game;
    next.play(action);
    best = std::max(best, -best_score(next, -beta, -std::max(alpha, best)));
  };
  // A pass first, where it ends the game: what then stands is a floor.
  if (game.passes() == 1) consider(game.pass_action());
  for (int point = 0; point < game.pass_action(); ++point) consider(point);
  if (game.passes() == 0) consider(game.pass_action());
  return best;
}

// Whether Black can have every point pass-alive (Benson 1976) within so many moves.
bool takes_all(const Go<9>& game, int moves) {
  std::array<std::uint8_t, Go<9>::kMostMoves> marks{};
  const auto points = static_cast<std::size_t>(game.pass_action());
  game.pass_alive(0, std::span(marks).first(points));
  if (std::ranges::count(std::span(marks).first(points), 1) == game.pass_action()) return true;
  if (moves == 0 || game.finished()) return false;
  const bool black = game.to_move() == 0;
  for (int action = game.pass_action(); action >= 0; --action) {
    if (!game.is_legal(action)) continue;
    Go<9> next = game;
    next.play(action);
    if (takes_all(next, moves - 1) == black) return black;
  }
  return !black;
}

int best_score(int rows, int columns) {
  const Go<9> game(rows, columns, {.komi = 0, .max_moves = Go<9>::kMostMoves});
  return best_score(game, -1000, 1000);
}

}  // namespace

TEST_CASE("legal Go positions are as many as Tromp counts") {
  CHECK(legal_positions(1, 1) == 1);
  CHECK(legal_positions(1, 2) == 5);
  CHECK(legal_positions(1, 3) == 15);
  CHECK(legal_positions(1, 4) == 41);
  CHECK(legal_positions(1, 5) == 113);
  CHECK(legal_positions(2, 2) == 57);
  CHECK(legal_positions(2, 3) == 489);
  CHECK(legal_positions(3, 2) == 489);
}

TEST_CASE("perft of Go: sequences without passes") {
  const Go<9> nine, five(5, 5), three(3, 3, {.ko = KoRule::kSimple});
  CHECK(perft(nine, 1) == 81);
  CHECK(perft(nine, 2) == 6480);
  CHECK(perft(nine, 3) == 511920);
  CHECK(perft(five, 1) == 25);
  CHECK(perft(five, 2) == 600);
  CHECK(perft(five, 3) == 13800);
  CHECK(perft(five, 4) == 303424);
  CHECK(perft(three, 1) == 9);
  CHECK(perft(three, 2) == 72);
  CHECK(perft(three, 3) == 504);
  CHECK(perft(three, 4) == 2976);
  CHECK(perft(three, 5) == 14720);
  const Go<13> padded(5, 5);
  CHECK(perft(padded, 4) == 303424);
}

TEST_CASE("perft of Go: four moves on 9 × 9", "[.slow]") { CHECK(perft(Go<9>{}, 4) == 39929136); }

TEST_CASE("whole games of Go on the smallest boards are as many as Tromp counts") {
  CHECK(games(1, 1) == 1);
  CHECK(games(1, 2) == 9);
  CHECK(games(1, 3) == 907);
}

TEST_CASE("optimal scores of the smallest boards") {
  CHECK(best_score(1, 3) == 3);
  CHECK(best_score(1, 4) == 4);
  CHECK(best_score(1, 5) == 0);
  CHECK(best_score(2, 2) == 1);
}

TEST_CASE("3 x 3: the centre takes all nine points, no other move does within as many") {
  for (const bool suicide : {false, true}) {
    for (int first = 0; first < 9; ++first) {
      Go<9> game(3, 3, {.suicide = suicide, .komi = 0});
      game.play(first);
      CHECK(takes_all(game, 10) == (first == 4));
    }
  }
}
