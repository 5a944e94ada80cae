// Connect Four, 7 columns of 6: large enough to need a search, small enough to be played fast.
#pragma once

#include "core/rng.hpp"
#include "core/usize.hpp"
#include "envs/board/mixed_bits.hpp"
#include "envs/game.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tengen {

/// A stone falls to the lowest free point of its column; four in a row win, a full board is a draw.
/// Action x is a column. Row 0 is the top. Planes are own stones and the opponent's.
class ConnectFour {
 public:
  static constexpr int kRows = 6, kColumns = 7;

  [[nodiscard]] static const GameSpec& spec() {
    static const GameSpec spec = {.name = "ConnectFour-v0",
                                  .rows = kRows,
                                  .columns = kColumns,
                                  .planes = 2,
                                  .globals = 0,
                                  .actions = kColumns,
                                  .layout = ActionLayout::kColumns,
                                  .symmetries = 2,
                                  .max_moves = kRows * kColumns,
                                  .ownership = false};
    return spec;
  }

  [[nodiscard]] int to_move() const { return std::popcount(occupied()) & 1; }
  [[nodiscard]] bool finished() const {
    // Only the player who has just moved can have completed a line.
    return four(stones_[usize(1 - to_move())]) || occupied() == kFull;
  }
  [[nodiscard]] float score() const {
    return four(stones_[0]) ? 1.0F : four(stones_[1]) ? -1.0F : 0.0F;
  }

  void legal(std::span<std::uint8_t> mask) const {
    for (int x = 0; x < kColumns; ++x) mask[usize(x)] = open(x);
  }
  void play(int action) {
    // Adding one at a column's foot carries to its lowest free bit.
    const std::uint64_t seen = occupied(), foot = 1ULL << (action * kStride);
    const std::uint64_t column = ((1ULL << kRows) - 1) * foot;
    stones_[usize(to_move())] |= ((seen & column) + foot) & column;
  }
  void observe(std::span<std::uint8_t> planes, std::span<float> /*globals*/) const {
    const auto own = usize(to_move());
    std::size_t at = 0;
    for (int y = 0; y < kRows; ++y) {
      for (int x = 0; x < kColumns; ++x) {
        const int bit = x * kStride + (kRows - 1 - y);
        planes[at++] = stones_[own] >> bit & 1;
        planes[at++] = stones_[1 - own] >> bit & 1;
      }
    }
  }
  [[nodiscard]] std::uint64_t hash() const {
    return mixed_bits(mixed_bits(stones_[0]) ^ stones_[1]);
  }
  [[nodiscard]] float playout(Rng& rng) const {
    ConnectFour game = *this;
    while (!game.finished()) {
      int x = static_cast<int>(rng.below(kColumns));
      while (!game.open(x)) x = static_cast<int>(rng.below(kColumns));
      game.play(x);
    }
    return game.score();
  }
  [[nodiscard]] bool valid() const {
    return (stones_[0] & stones_[1]) == 0 && (occupied() & ~kFull) == 0;
  }
  friend bool operator==(const ConnectFour&, const ConnectFour&) = default;

 private:
  // Bit x · 7 + height: a free bit on top of each column keeps lines from running into the next.
  static constexpr int kStride = kRows + 1;
  static constexpr std::uint64_t kFull = [] {
    std::uint64_t full = 0;
    for (int x = 0; x < kColumns; ++x) full |= ((1ULL << kRows) - 1) << (x * kStride);
    return full;
  }();

  [[nodiscard]] std::uint64_t occupied() const { return stones_[0] | stones_[1]; }
  [[nodiscard]] bool open(int x) const {
    return (occupied() >> (x * kStride + kRows - 1) & 1) == 0;
  }
  [[nodiscard]] static bool four(std::uint64_t stones) {
    for (const int step : {1, kStride - 1, kStride, kStride + 1}) {
      const std::uint64_t pairs = stones & stones >> step;
      if ((pairs & pairs >> (2 * step)) != 0) return true;
    }
    return false;
  }

  std::array<std::uint64_t, 2> stones_{};
};

static_assert(Game<ConnectFour> && HasPlayout<ConnectFour>);

}  // namespace tengen
