// Catch-v0: catch the falling ball with the paddle.
#pragma once

#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <algorithm>

namespace tengen {

/// Catch as in bsuite (Osband et al. 2020). A ball starts at the top of one of 5 columns and falls
/// one row per step through 10 rows; the paddle in the last row starts in the middle and moves one
/// column per step.
///
/// Observation: the board, 10 rows × 5 columns, 1 where the ball or the paddle is, else 0. Reward:
/// when the ball arrives, after 9 steps, 1 if it was caught and −1 if not; then the episode
/// terminates.
struct Catch {
  using Element = float;
  using Action = int;

  static constexpr int kRows = 10, kColumns = 5;

  int ball_row = 0, ball_column = 0, paddle = kColumns / 2;

  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Catch-v0",
            .observation = {{kRows, kColumns}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{3, {"LEFT", "STAY", "RIGHT"}},
            .steps_per_second = 6};
  }

  void reset(Rng& rng) {
    ball_row = 0;
    ball_column = static_cast<int>(rng.below(kColumns));
    paddle = kColumns / 2;
  }

  Outcome step(int action, Rng&) {
    paddle = std::clamp(paddle + action - 1, 0, kColumns - 1);
    if (++ball_row < kRows - 1) return {};
    return {paddle == ball_column ? 1.0F : -1.0F, true};
  }

  void observe(std::span<float> out) const {
    std::ranges::fill(out, 0.0F);
    out[static_cast<std::size_t>(ball_row * kColumns + ball_column)] = 1;
    out[static_cast<std::size_t>((kRows - 1) * kColumns + paddle)] = 1;
  }

  [[nodiscard]] bool valid() const {
    return ball_row >= 0 && ball_row < kRows && ball_column >= 0 && ball_column < kColumns &&
           paddle >= 0 && paddle < kColumns;
  }

  [[nodiscard]] int oracle() const { return 1 + (ball_column > paddle) - (ball_column < paddle); }

  void draw(Canvas& canvas) const {
    constexpr int kCell = 40;
    canvas.reset(kColumns * kCell, kRows * kCell, palette::kPaper);
    for (int row = 1; row < kRows; ++row)
      canvas.fill(0, row * kCell, kColumns * kCell, 1, palette::kLine);
    for (int column = 1; column < kColumns; ++column)
      canvas.fill(column * kCell, 0, 1, kRows * kCell, palette::kLine);
    canvas.fill(paddle * kCell + 3, (kRows - 1) * kCell + kCell / 2, kCell - 6, 12, palette::kBlue);
    canvas.disc((ball_column + 0.5) * kCell, (ball_row + 0.5) * kCell, 0.32 * kCell, palette::kRed);
  }
};

}  // namespace tengen
