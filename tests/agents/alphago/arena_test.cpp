#include "agents/alphago/arena.hpp"
#include "envs/board/connect_four.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

ArenaPlayer rollouts(int simulations) {
  ArenaPlayer player;
  player.kind = ArenaPlayer::Kind::kUct;
  player.search.simulations = simulations;
  return player;
}

}  // namespace

TEST_CASE("rollouts beat chance, and more of them beat fewer") {
  const SearchableGameOf<ConnectFour> game{ConnectFour()};
  const ArenaOptions options{40, 2, 3};
  const ArenaResult chance = play_arena(game, {rollouts(60), {}}, options);
  CHECK(chance.games() == 40);
  CHECK(chance.points() >= 36);
  const ArenaResult fewer = play_arena(game, {rollouts(200), rollouts(5)}, options);
  CHECK(fewer.points() >= 28);
}

TEST_CASE("a search that sees the end never loses at noughts and crosses") {
  const SearchableGameOf<TicTacToe> game{TicTacToe()};
  UniformEvaluator evaluator;
  ArenaPlayer player;
  player.kind = ArenaPlayer::Kind::kNetwork;
  player.search.rule = SearchRule::kPuct;
  player.search.simulations = 2000;
  player.evaluator = &evaluator;
  const ArenaResult result = play_arena(game, {player, ArenaPlayer{}}, {20, 0, 5});
  CHECK(result.losses == 0);
  CHECK(result.wins > 10);
}

TEST_CASE("sides and openings are shared out evenly, and a match in pieces is the same match") {
  const SearchableGameOf<TicTacToe> game{TicTacToe()};
  // Both play at random: what is left is who begins.
  const ArenaResult one = play_arena(game, {}, {400, 1, 9});
  ArenaResult sum;
  for (int first = 0; first < 400; first += 100) sum.add(play_arena(game, {}, {100, 1, 9}, first));
  CHECK(one.wins == sum.wins);
  CHECK(one.draws == sum.draws);
  CHECK(one.points() / 400 == Approx(0.5).margin(0.08));
}
