// GridWorld-v0: from one corner of four rooms to the opposite one.
#pragma once

#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <algorithm>
#include <array>

namespace tengen {

/// Four rooms (Sutton, Precup and Singh 1999) on size × size cells. Walls run along the middle row
/// and column, and each of their four halves has a door. The walker starts in the top left corner;
/// the goal is the bottom right one, where the episode terminates.
///
/// Observation: three planes of size × size cells, 1 at the walker, at the goal, and at walls.
/// Reward: −1 per step, so that the best return is −2 (size − 1), which the doors allow. Moves into
/// a wall are illegal; if one is made all the same, the walker stays. The episode is truncated
/// after 4 size² steps.
struct GridWorld {
  using Element = float;
  using Action = int;

  static constexpr int kSmallest = 5, kLargest = 15;

  int size = 7;  ///< odd, kSmallest … kLargest
  int row = 0, column = 0;

  [[nodiscard]] EnvSpec spec() const {
    return {.name = "GridWorld-v0",
            .observation = {{3, size, size}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{4, {"UP", "RIGHT", "DOWN", "LEFT"}},
            .max_episode_steps = 4 * size * size,
            .steps_per_second = 8};
  }

  void reset(Rng&) { row = column = 0; }

  Outcome step(int action, Rng&) {
    const auto [to_row, to_column] = target(action);
    if (is_free(to_row, to_column)) row = to_row, column = to_column;
    return {-1.0F, row == size - 1 && column == size - 1};
  }

  void observe(std::span<float> out) const {
    const int cells = size * size;
    for (int i = 0; i < cells; ++i) {
      out[static_cast<std::size_t>(i)] = i == row * size + column ? 1.0F : 0.0F;
      out[static_cast<std::size_t>(cells + i)] = i == cells - 1 ? 1.0F : 0.0F;
      out[static_cast<std::size_t>(2 * cells + i)] = is_free(i / size, i % size) ? 0.0F : 1.0F;
    }
  }

  [[nodiscard]] bool valid() const {
    return size >= kSmallest && size <= kLargest && size % 2 == 1 && is_free(row, column);
  }

  void legal(std::span<std::uint8_t> mask) const {
    for (int action = 0; action < 4; ++action) {
      const auto [to_row, to_column] = target(action);
      mask[static_cast<std::size_t>(action)] = is_free(to_row, to_column) ? 1 : 0;
    }
  }

  /// A step of a shortest path. The set of cells that reach the goal grows from it until it touches
  /// the walker.
  [[nodiscard]] int oracle() const {
    std::array<std::uint32_t, kLargest + 2> reached{};  // bit c + 1 of word r + 1: cell (r, c)
    reached[static_cast<std::size_t>(size)] = 1U << size;
    for (;;) {
      for (const int action : {1, 2, 0, 3}) {
        const auto [to_row, to_column] = target(action);
        if (reached[static_cast<std::size_t>(to_row + 1)] >> (to_column + 1) & 1U) return action;
      }
      grow(reached);
    }
  }

  void draw(Canvas& canvas) const {
    constexpr int kCell = 48;
    canvas.reset(size * kCell, size * kCell, palette::kPaper);
    for (int i = 1; i < size; ++i) {
      canvas.fill(0, i * kCell, size * kCell, 1, palette::kLine);
      canvas.fill(i * kCell, 0, 1, size * kCell, palette::kLine);
    }
    for (int r = 0; r < size; ++r)
      for (int c = 0; c < size; ++c)
        if (!is_free(r, c)) canvas.fill(c * kCell, r * kCell, kCell, kCell, palette::kInk);
    const int goal = (size - 1) * kCell;
    canvas.fill(goal + 5, goal + 5, kCell - 10, kCell - 10, palette::kGold);
    canvas.disc((column + 0.5) * kCell, (row + 0.5) * kCell, 0.32 * kCell, palette::kBlue);
  }

 private:
  struct Cell {
    int row, column;
  };
  using Rows = std::array<std::uint32_t, kLargest + 2>;

  [[nodiscard]] Cell target(int action) const {
    constexpr std::array<Cell, 4> kMoves{{{-1, 0}, {0, 1}, {1, 0}, {0, -1}}};
    const Cell& move = kMoves[static_cast<std::size_t>(action)];
    return {row + move.row, column + move.column};
  }

  [[nodiscard]] bool is_free(int r, int c) const {
    if (std::min(r, c) < 0 || std::max(r, c) >= size) return false;
    const int middle = size / 2, near_door = middle / 2, far_door = middle + 1 + middle / 2;
    const auto is_door = [&](int at) { return at == near_door || at == far_door; };
    if (r == middle) return c != middle && is_door(c);
    return c != middle || is_door(r);
  }

  void grow(Rows& reached) const {
    const Rows before = reached;
    for (int r = 0; r < size; ++r) {
      const auto i = static_cast<std::size_t>(r + 1);
      const std::uint32_t next =
          before[i] | before[i] << 1 | before[i] >> 1 | before[i - 1] | before[i + 1];
      for (int c = 0; c < size; ++c)
        if (is_free(r, c)) reached[i] |= next & 1U << (c + 1);
    }
  }
};

}  // namespace tengen
