// Games and trees as they are seen by callers who do not know the game.
#include "agents/search/searchable_game.hpp"

#include "envs/board/go.hpp"
#include "envs/board/tic_tac_toe.hpp"
#include "tests/catch.hpp"

#include <memory>
#include <vector>

using namespace tengen;

TEST_CASE("a tree shows the position at its root as the game does") {
  const SearchableGameOf<Go<9>> game(Go<9>(3, 3, {.komi = 0.5F}));
  const std::unique_ptr<SearchCore> tree = game.make_tree({});
  Go<9> same(3, 3, {.komi = 0.5F});
  CHECK(tree->spec().name == "Go-v0");
  for (const int action : {4, 1, 9, 9}) {
    CHECK(tree->to_move() == same.to_move());
    std::vector<std::uint8_t> legal(10), legal_too(10), planes(9 * 12), planes_too(9 * 12);
    std::vector<float> globals(4), globals_too(4);
    tree->legal(legal);
    same.legal(legal_too);
    CHECK(legal == legal_too);
    tree->observe(planes, globals);
    same.observe(planes_too, globals_too);
    CHECK(planes == planes_too);
    CHECK(globals == globals_too);
    CHECK_FALSE(tree->game_over());
    tree->play(action);
    same.play(action);
  }
  CHECK(tree->game_over());
  CHECK(tree->score() == same.score());
  CHECK(tree->final_margin() == same.margin());
  std::vector<std::int8_t> owners(9), owners_too(9);
  tree->final_owners(owners);
  same.ownership(owners_too);
  CHECK(owners == owners_too);
}

TEST_CASE("a tree goes to the position of another, and to the start of a varied game") {
  const auto vary = [](TicTacToe& game, Rng& rng) { game.play(static_cast<int>(rng.below(9))); };
  const SearchableGameOf<TicTacToe> game(TicTacToe(), vary);
  const auto one = game.make_tree({}), other = game.make_tree({});
  one->play(4);
  other->reset_to(*one);
  std::vector<std::uint8_t> legal(9);
  other->legal(legal);
  CHECK(legal == std::vector<std::uint8_t>{1, 1, 1, 1, 0, 1, 1, 1, 1});
  CHECK(other->final_margin() == 0);
  Rng rng(3), same(3);
  game.begin_game(*other, rng);
  other->legal(legal);
  CHECK(legal[same.below(9)] == 0);
  CHECK(other->to_move() == 1);
}

TEST_CASE("a playout search finds the move that wins at once") {
  const SearchableGameOf<TicTacToe> game{TicTacToe()};
  const auto tree = game.make_tree({});
  for (const int action : {0, 3, 1, 4}) tree->play(action);
  Rng rng(1);
  CHECK(game.make_playout_search({})->choose(*tree, 500, rng) == 2);
}
