#include "envs/board/hex.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using namespace tengen;

namespace {

// Whether player 0 or 1 is connected, said otherwise than by flooding: distances relax until
// stable.
bool is_connected(const std::vector<int>& cells, int size, int player) {
  std::vector<char> reached(cells.size(), 0);
  const auto mine = [&](int y, int x) {
    return cells[static_cast<std::size_t>(y * size + x)] == player + 1;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        char& here = reached[static_cast<std::size_t>(y * size + x)];
        if (here != 0 || !mine(y, x)) continue;
        bool now = (player == 0 ? y : x) == 0;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx) {
            if (dy == dx || y + dy < 0 || y + dy >= size || x + dx < 0 || x + dx >= size) continue;
            now |= reached[static_cast<std::size_t>((y + dy) * size + x + dx)] != 0;
          }
        if (now) here = 1, changed = true;
      }
  }
  for (int i = 0; i < size; ++i)
    if (reached[static_cast<std::size_t>(player == 0 ? (size - 1) * size + i
                                                     : i * size + size - 1)] != 0)
      return true;
  return false;
}

}  // namespace

TEST_CASE(
    "Hex: whoever connects first wins at once, and on a full board exactly one is connected") {
  Rng rng(2);
  for (const int size : {1, 2, 3, 5, 7, 11, 13})
    for (int round = 0; round < 50; ++round) {
      CAPTURE(size, round);
      std::vector<int> order(static_cast<std::size_t>(size * size)), cells(order.size(), 0);
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
      for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[rng.below(static_cast<std::uint32_t>(i))]);
      Hex game(size);
      int winner = -1;
      for (std::size_t i = 0; i < order.size(); ++i) {
        const int player = static_cast<int>(i % 2);
        cells[static_cast<std::size_t>(order[i])] = player + 1;
        if (game.finished()) continue;
        REQUIRE(game.to_move() == player);
        game.play(order[i]);
        REQUIRE(game.finished() == is_connected(cells, size, player));
        if (game.finished()) winner = player;
      }
      REQUIRE(winner >= 0);
      CHECK(game.score() == (winner == 0 ? 1 : -1));
      CHECK(is_connected(cells, size, winner));
      CHECK_FALSE(is_connected(cells, size, 1 - winner));
    }
}

TEST_CASE("Hex: playouts agree with random play to the end") {
  Rng rng(3);
  const int count = 4000;
  std::vector<std::uint8_t> mask(25);
  double filled = 0, played = 0;
  Hex start(5);
  start.play(12);
  for (int i = 0; i < count; ++i) {
    filled += start.playout(rng);
    Hex game = start;
    while (!game.finished()) {
      game.legal(mask);
      int action = static_cast<int>(rng.below(25));
      while (mask[static_cast<std::size_t>(action)] == 0) action = static_cast<int>(rng.below(25));
      game.play(action);
    }
    played += game.score();
  }
  CHECK(std::abs(filled - played) / count < 0.08);  // 3.6 standard errors
}

TEST_CASE("Hex: a size out of range is an error") {
  CHECK_THROWS_WITH(Hex(14), ContainsSubstring("1 to 13"));
  CHECK_THROWS_WITH(Hex(0), ContainsSubstring("1 to 13"));
}
