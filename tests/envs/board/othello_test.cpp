#include "envs/board/othello.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <string_view>
#include <vector>

using namespace tengen;

namespace {

std::int64_t perft(const Othello& game, int depth) {
  if (depth == 0 || game.finished()) return 1;
  std::vector<std::uint8_t> mask(65);
  game.legal(mask);
  std::int64_t count = 0;
  for (int action = 0; action < 65; ++action) {
    if (mask[static_cast<std::size_t>(action)] == 0) continue;
    Othello next = game;
    next.play(action);
    count += perft(next, depth - 1);
  }
  return count;
}

// Plays "f5d6…": columns a to h, rows from the top.
Othello played(std::string_view moves) {
  Othello game;
  std::vector<std::uint8_t> mask(65);
  for (std::size_t i = 0; i < moves.size(); i += 2) {
    game.legal(mask);
    if (mask[Othello::kPass] == 1) game.play(Othello::kPass);
    game.legal(mask);
    const int action = (moves[i + 1] - '1') * 8 + moves[i] - 'a';
    REQUIRE(mask[static_cast<std::size_t>(action)] == 1);
    game.play(action);
  }
  return game;
}

}  // namespace

TEST_CASE("perft of Othello") {
  const std::vector<std::int64_t> expected{4, 12, 56, 244, 1396, 8200, 55092, 390216};
  for (std::size_t depth = 1; depth <= expected.size(); ++depth)
    CHECK(perft(Othello{}, static_cast<int>(depth)) == expected[depth - 1]);
}

TEST_CASE("Othello: the shortest wipe-out ends the game at once") {
  const Othello game = played("f5d6c5f4e7f6g5e6e3");  // nine moves, 13 discs, all Black's
  CHECK(game.finished());
  CHECK(game.margin() == 13);
  CHECK(game.score() == 1);
}

TEST_CASE("Othello: random games end within bounds, and every disc is owned") {
  Rng rng(5);
  std::vector<std::uint8_t> mask(65), planes(3 * 64);
  std::vector<std::int8_t> owners(64);
  int passes = 0;
  for (int round = 0; round < 200; ++round) {
    Othello game;
    int moves = 0;
    for (; !game.finished(); ++moves) {
      game.legal(mask);
      int action = static_cast<int>(rng.below(65));
      while (mask[static_cast<std::size_t>(action)] == 0) action = static_cast<int>(rng.below(65));
      passes += action == Othello::kPass ? 1 : 0;
      game.play(action);
      game.observe(planes, {});
    }
    REQUIRE(moves <= Othello::spec().max_moves);
    game.ownership(owners);
    int balance = 0;
    for (const int owner : owners) balance += owner;
    CHECK(static_cast<float>(balance) == game.margin());
  }
  CHECK(passes > 0);
  double mean = 0;
  for (int i = 0; i < 2000; ++i) mean += Othello{}.playout(rng);
  CHECK(std::abs(mean / 2000) < 0.15);
}
