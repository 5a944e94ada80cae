#include "agents/search/uct.hpp"
#include "core/allocations.hpp"
#include "tests/catch.hpp"
#include "tests/search/games.hpp"

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
  UctSearch<ConnectFour> search;
  Rng rng(13);
  CHECK(uct_move(search, played<ConnectFour>("001122"), 1000, rng) == 3);
  CHECK(uct_move(search, played<ConnectFour>("00112"), 1000, rng) == 3);
  CHECK(uct_move(search, played<ConnectFour>("30313"), 1000, rng) == 3);
  const int open_three = uct_move(search, played<ConnectFour>("2636"), 3000, rng);
  CHECK((open_three == 1 || open_three == 4));
}

TEST_CASE("UCT counts its simulations, repeats itself, and does not allocate when warm") {
  UctSearch<ConnectFour> search;
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
