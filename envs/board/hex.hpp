// Hex: two players connect their sides of a rhombus; one of them always does.
#pragma once

#include "core/check.hpp"
#include "core/rng.hpp"
#include "core/usize.hpp"
#include "envs/board/mixed_bits.hpp"
#include "envs/game.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace tengen {

/// A board of size × size cells, size in [1, 13]; cell (y, x) touches (y, x ± 1), (y ± 1, x),
/// (y − 1, x + 1) and (y + 1, x − 1). Player 0 connects top and bottom, player 1 left and right.
/// There is no swap. Action y · size + x is a cell. Planes are own stones and the opponent's; the
/// number is 1 if player 1, who has another goal, is to move.
class Hex {
 public:
  static constexpr int kLargest = 13;

  /// Throws Error if the size is out of range.
  explicit Hex(int size = 7) : size_(static_cast<std::uint8_t>(size)) {
    if (size < 1 || size > kLargest)
      throw Error("a Hex board of size {}: sizes are 1 to {}", size, kLargest);
  }

  [[nodiscard]] GameSpec spec() const {
    return {.name = "Hex-v0",
            .rows = size_,
            .columns = size_,
            .planes = 2,
            .globals = 1,
            .actions = size_ * size_,
            .symmetries = 1,  // a mirror changes neighbours, and a half turn is not offered alone
            .max_moves = size_ * size_};
  }

  [[nodiscard]] int to_move() const { return moves_ & 1; }
  [[nodiscard]] bool finished() const { return won_; }
  [[nodiscard]] float score() const { return to_move() == 1 ? 1.0F : -1.0F; }
  void legal(std::span<std::uint8_t> mask) const {
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = cells_[i] == 0 ? 1 : 0;
  }
  void play(int action) {
    cells_[action] = static_cast<std::uint8_t>(to_move() + 1);
    hash_ ^= mixed_bits(static_cast<std::uint64_t>(action * 2 + to_move()));
    won_ = connects(action);
    ++moves_;
  }
  void observe(std::span<std::uint8_t> planes, std::span<float> globals) const {
    const int own = to_move() + 1;
    for (int i = 0; i < points(); ++i) {
      planes[usize(2 * i)] = cells_[i] == own ? 1 : 0;
      planes[usize(2 * i + 1)] = cells_[i] == 3 - own ? 1 : 0;
    }
    globals[0] = static_cast<float>(to_move());
  }
  [[nodiscard]] std::uint64_t hash() const { return hash_ ^ mixed_bits(1000U + size_); }
  /// Fills the board at random: just one player is connected then, and was so first.
  [[nodiscard]] float playout(Rng& rng) const {
    if (won_) return score();
    Hex game = *this;
    std::array<std::uint8_t, kLargest * kLargest> free;
    std::uint32_t count = 0;
    for (int i = 0; i < points(); ++i)
      if (cells_[i] == 0) free[count++] = static_cast<std::uint8_t>(i);
    for (; count > 0; ++game.moves_) {
      std::uint8_t& chosen = free[rng.below(count)];
      game.cells_[chosen] = static_cast<std::uint8_t>(game.to_move() + 1);
      chosen = free[--count];
    }
    for (int x = 0; x < size_; ++x)
      if (game.cells_[x] == 1 && game.connects(x)) return 1;
    return -1;
  }
  [[nodiscard]] bool valid() const {
    const auto stone = [](std::uint8_t cell) { return cell <= 2; };
    return size_ >= 1 && size_ <= kLargest && std::ranges::all_of(cells_, stone) &&
           moves_ == std::ranges::count_if(cells_, [](std::uint8_t cell) { return cell != 0; });
  }
  friend bool operator==(const Hex&, const Hex&) = default;

 private:
  [[nodiscard]] int points() const { return size_ * size_; }

  // Whether the stones connected to `start` touch both sides of their player.
  [[nodiscard]] bool connects(int start) const {
    constexpr std::array<std::pair<int, int>, 6> kSteps{
        {{0, -1}, {0, 1}, {-1, 0}, {1, 0}, {-1, 1}, {1, -1}}};
    const std::uint8_t colour = cells_[start];
    std::array<std::uint8_t, kLargest * kLargest> stack;
    std::array<bool, kLargest * kLargest> seen{};
    int size = 0;
    bool near = false, far = false;
    stack[size++] = static_cast<std::uint8_t>(start);
    seen[start] = true;
    while (size > 0) {
      const int at = stack[--size], y = at / size_, x = at % size_;
      const int along = colour == 1 ? y : x;
      near |= along == 0;
      far |= along == size_ - 1;
      for (const auto& [dy, dx] : kSteps) {
        const int ny = y + dy, nx = x + dx, to = ny * size_ + nx;
        if (ny < 0 || nx < 0 || ny >= size_ || nx >= size_) continue;
        if (cells_[to] != colour || seen[to]) continue;
        seen[to] = true;
        stack[size++] = static_cast<std::uint8_t>(to);
      }
    }
    return near && far;
  }

  std::array<std::uint8_t, kLargest * kLargest> cells_{};  // 0 empty, 1 player 0's, 2 player 1's
  std::uint8_t size_;
  std::uint8_t moves_ = 0;
  bool won_ = false;  // by the player who moved last
  std::uint64_t hash_ = 0;
};

static_assert(Game<Hex> && HasPlayout<Hex>);

}  // namespace tengen
