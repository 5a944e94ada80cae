// What lies on a point of the Go board.
#pragma once

#include <cstdint>

namespace tengen {

/// One bit per colour, so that "all neighbours are Black's or the edge" is one bit of their AND.
enum class Stone : std::uint8_t { kEmpty = 0, kBlack = 1, kWhite = 2, kEdge = 3 };

constexpr Stone opponent(Stone stone) {
  return static_cast<Stone>(3 - static_cast<std::uint8_t>(stone));
}
constexpr bool has(Stone stone, Stone colour) {
  return (static_cast<std::uint8_t>(stone) & static_cast<std::uint8_t>(colour)) != 0;
}
/// Player 0 has Black, player 1 White.
constexpr Stone stone_of(int player) { return player == 0 ? Stone::kBlack : Stone::kWhite; }

}  // namespace tengen
