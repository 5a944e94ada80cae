// Noughts and crosses: the smallest game that is searched, small enough to be solved by a test.
#pragma once

#include "core/usize.hpp"
#include "envs/board/mixed_bits.hpp"
#include "envs/game.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tengen {

/// Three in a row win on 3 × 3 points; a full board without them is a draw. Planes are own stones
/// and the opponent's.
class TicTacToe {
 public:
  [[nodiscard]] static const GameSpec& spec() {
    static const GameSpec spec = {.name = "TicTacToe-v0",
                                  .rows = 3,
                                  .columns = 3,
                                  .planes = 2,
                                  .globals = 0,
                                  .actions = 9,
                                  .layout = ActionLayout::kPoints,
                                  .symmetries = 8,
                                  .max_moves = 9,
                                  .ownership = false};
    return spec;
  }

  [[nodiscard]] int to_move() const { return std::popcount(occupied()) & 1; }
  [[nodiscard]] bool finished() const { return won(0) || won(1) || occupied() == 0x1FF; }
  [[nodiscard]] float score() const { return won(0) ? 1.0F : won(1) ? -1.0F : 0.0F; }

  void legal(std::span<std::uint8_t> mask) const {
    for (std::size_t i = 0; i < 9; ++i) mask[i] = (occupied() >> i & 1) == 0;
  }
  void play(int action) {
    std::uint16_t& stones = stones_[usize(to_move())];
    stones = static_cast<std::uint16_t>(stones | 1U << action);
  }
  void observe(std::span<std::uint8_t> planes, std::span<float> /*globals*/) const {
    const auto own = usize(to_move());
    for (std::size_t i = 0; i < 9; ++i) {
      planes[2 * i] = stones_[own] >> i & 1;
      planes[2 * i + 1] = stones_[1 - own] >> i & 1;
    }
  }
  [[nodiscard]] std::uint64_t hash() const {
    return mixed_bits(static_cast<std::uint64_t>(stones_[0]) << 16 | stones_[1]);
  }
  [[nodiscard]] bool valid() const {
    return (stones_[0] & stones_[1]) == 0 && occupied() <= 0x1FF &&
           std::popcount(stones_[0]) - std::popcount(stones_[1]) == to_move();
  }
  friend bool operator==(const TicTacToe&, const TicTacToe&) = default;

 private:
  [[nodiscard]] unsigned occupied() const { return stones_[0] | stones_[1]; }
  [[nodiscard]] bool won(std::size_t player) const {
    static constexpr std::array<unsigned, 8> kLines = {0x007, 0x038, 0x1C0, 0x049,
                                                       0x092, 0x124, 0x111, 0x054};
    for (const unsigned line : kLines)
      if ((stones_[player] & line) == line) return true;
    return false;
  }

  std::array<std::uint16_t, 2> stones_{};  // bit y · 3 + x
};

static_assert(Game<TicTacToe>);

}  // namespace tengen
