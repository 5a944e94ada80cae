#include "agents/search/uct.hpp"
#include "core/system/allocations.hpp"
#include "envs/board/go.hpp"
#include "envs/board/hex.hpp"
#include "tests/agents/search/games.hpp"
#include "tests/catch.hpp"

#include <numeric>

using namespace tengen;

namespace {

template <Game G>
int uct_move(UctSearch<G>& search, const G& position, int simulations, Rng& rng) {
  search.reset(position);
  for (int i = 0; i < simulations; ++i) search.simulate(rng);
  return search.best();
}

}  // namespace

TEST_CASE("UCT never leaves the best line of tic-tac-toe, against perfect and random opponents") {
  UctSearch<TicTacToe> search;
  Rng rng(11);
  int wins = 0;
  for (int game = 0; game < 60; ++game) {
    const int side = game % 2;
    const bool perfect = game % 4 < 2;
    TicTacToe position;
    while (!position.finished()) {
      int action = 0;
      if (position.to_move() == side) {
        action = uct_move(search, position, 3000, rng);
      } else {
        // Any move that keeps the result of best play, or any at all.
        const auto mask = legal_mask(position);
        TicTacToe next;
        do {
          action = static_cast<int>(rng.below(9));
          next = position;
          if (mask[static_cast<std::size_t>(action)] != 0) next.play(action);
        } while (mask[static_cast<std::size_t>(action)] == 0 ||
                 (perfect && minimax(next) != minimax(position)));
      }
      position.play(action);
    }
    const float result = side == 0 ? position.score() : -position.score();
    REQUIRE(result >= 0);
    wins += result > 0;
    if (perfect) REQUIRE(result == 0);
  }
  CHECK(wins > 15);  // most games against chance
}

TEST_CASE("UCT's value of tic-tac-toe nears a draw") {
  UctSearch<TicTacToe> search;
  Rng rng(12);
  search.reset(TicTacToe());
  for (int i = 0; i < 100; ++i) search.simulate(rng);
  const float early = search.value();
  for (int i = 0; i < 100000; ++i) search.simulate(rng);
  CHECK(early > 0.1F);  // random play favours the first player
  CHECK(std::abs(search.value()) < 0.1F);
}

TEST_CASE("UCT wins where it can and blocks where it must") {
  const float rave = GENERATE(0.0F, 500.0F);
  UctSearch<ConnectFour> search({.rave = rave});
  Rng rng(13);
  CHECK(uct_move(search, played<ConnectFour>("001122"), 1000, rng) == 3);
  CHECK(uct_move(search, played<ConnectFour>("00112"), 1000, rng) == 3);
  CHECK(uct_move(search, played<ConnectFour>("30313"), 1000, rng) == 3);
  const int open_three = uct_move(search, played<ConnectFour>("2636"), 3000, rng);
  CHECK((open_three == 1 || open_three == 4));
}

TEST_CASE("UCT counts its simulations, repeats itself, and does not allocate when warm") {
  const float rave = GENERATE(0.0F, 500.0F);
  UctSearch<ConnectFour> search({.rave = rave});
  std::vector<float> first(7), second(7);
  const auto run = [&](std::vector<float>& visits) {
    Rng rng(14);
    search.reset(ConnectFour());
    for (int i = 0; i < 2000; ++i) search.simulate(rng);
    search.visits(visits);
  };
  run(first);
  const AllocationScope scope;
  run(second);
  CHECK(scope.count() == 0);
  CHECK(first == second);
  CHECK(search.simulations() == 2000);
  CHECK(std::accumulate(first.begin(), first.end(), 0.0F) == 2000);
}

namespace {

// Games that RAVE wins against UCT of as many simulations, from two random moves.
template <Game G>
int rave_wins(const G& start, int simulations, int games) {
  int wins = 0;
  for (int game = 0; game < games; ++game) {
    UctSearch<G> rave({.exploration = 0.2F, .rave = 1000}), plain;
    Rng rng(100 + static_cast<std::uint64_t>(game / 2));
    G position = start;
    for (int i = 0; i < 2; ++i) {
      const auto mask = legal_mask(position);
      std::size_t action = 0;
      do action = rng.below(static_cast<std::uint32_t>(position.spec().points()));
      while (mask[action] == 0);
      position.play(static_cast<int>(action));
    }
    while (!position.finished()) {
      UctSearch<G>& search = position.to_move() == game % 2 ? rave : plain;
      position.play(uct_move(search, position, simulations, rng));
    }
    wins += (game % 2 == 0 ? position.score() : -position.score()) > 0 ? 1 : 0;
  }
  return wins;
}

}  // namespace

TEST_CASE("RAVE beats UCT of as many simulations") {
  CHECK(rave_wins(Hex(7), 200, 20) >= 16);
  CHECK(rave_wins(Go<9>(7, 7), 200, 10) >= 8);
}

TEST_CASE("a playout tells who made each move first") {
  Go<9> game;
  for (const int action : {40, 30, 31, 39}) game.play(action);
  Rng rng(3), same(3);
  for (int i = 0; i < 20; ++i) {
    std::vector<std::int8_t> first(82), kept(82, 1);
    const float score = game.playout_moves(rng, first);
    CHECK(score == game.playout(same));
    CHECK(std::ranges::count(first, 1) > 20);
    CHECK(std::ranges::count(first, -1) > 20);
    CHECK(first[81] == 0);
    game.playout_moves(rng, kept);  // what was made before stands
    game.playout(same);
    CHECK(std::ranges::count(kept, 1) == 82);
  }
}
