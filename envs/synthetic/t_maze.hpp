// TMaze-v0: a sign at the start of a corridor says where to turn at its end.
#pragma once

#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tengen {

/// Bakker (2002), "Reinforcement learning with long short-term memory". The walker starts at the
/// west end of a corridor of `length` cells; a junction follows at its east end, with one cell to
/// the north and one to the south of it, one of which is the goal. Only the first cell shows which.
///
/// Observation, three floats: 0 1 1 in the first cell if the goal is north, 1 1 0 if it is south;
/// 1 0 1 in the rest of the corridor; 0 1 0 at the junction. Reward: 4 at the goal, −0.1 in the
/// other cell, both of which terminate the episode, −0.1 for a step into a wall, else 0. The best
/// return is 4, after length + 1 steps; players without memory have to guess and get 1.95 on
/// average. The episode is truncated after 10 length steps.
struct TMaze {
  using Element = float;
  using Action = int;

  static constexpr int kShortest = 2, kLongest = 1000;
  enum : int { kNorth, kEast, kSouth, kWest };  ///< named UP … LEFT, so that arrow keys play them

  int length = 10;  ///< kShortest … kLongest
  int column = 0;   ///< 0 … length; the junction is at `length`
  int row = 0;      ///< 0; at the end of an episode −1 for north, 1 for south
  int goal = -1;    ///< the row of the goal, −1 or 1

  [[nodiscard]] EnvSpec spec() const {
    return {.name = "TMaze-v0",
            .observation = {{3}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{4, {"UP", "RIGHT", "DOWN", "LEFT"}},
            .max_episode_steps = 10 * length,
            .steps_per_second = 8};
  }

  void reset(Rng& rng) {
    column = row = 0;
    goal = rng.below(2) == 0 ? -1 : 1;
  }

  Outcome step(int action, Rng&) {
    if (action == kNorth || action == kSouth) {
      if (column < length) return {kMistake, false};
      row = action == kNorth ? -1 : 1;
      return {row == goal ? kPrize : kMistake, true};
    }
    const int to = column + (action == kEast ? 1 : -1);
    if (to < 0 || to > length) return {kMistake, false};
    column = to;
    return {};
  }

  void observe(std::span<float> out) const {
    constexpr std::array<float, 3> kGoesNorth{0, 1, 1}, kGoesSouth{1, 1, 0}, kCorridor{1, 0, 1},
        kJunction{0, 1, 0};
    const auto& seen = column == length ? kJunction
                       : column > 0     ? kCorridor
                       : goal < 0       ? kGoesNorth
                                        : kGoesSouth;
    std::ranges::copy(seen, out.begin());
  }

  [[nodiscard]] bool valid() const {
    return length >= kShortest && length <= kLongest && column >= 0 && column <= length &&
           std::abs(row) <= 1 && std::abs(goal) == 1;
  }

  [[nodiscard]] int oracle() const {
    if (column < length) return kEast;
    return goal < 0 ? kNorth : kSouth;
  }

  void draw(Canvas& canvas) const {
    // Long corridors have narrow cells, but the ends, the sign and the walker keep their size.
    constexpr int kSide = 40, kTop = 2 * kSide, kWidest = 960;
    constexpr double kHalf = kSide / 2.0;
    const double pace = std::min<double>(kSide, double{kWidest - 3 * kSide} / length);
    const int end = kSide + static_cast<int>(pace * length);
    canvas.reset(end + 2 * kSide, 5 * kSide, palette::kInk);
    canvas.fill(kSide, kTop, end, kSide, palette::kPaper);
    canvas.fill(kSide, kTop, kSide, kSide, palette::kLine);
    canvas.fill(end, kTop - kSide, kSide, 3 * kSide, palette::kPaper);
    canvas.fill(end, kTop + goal * kSide, kSide, kSide, palette::kGold);
    const double base = kTop + kHalf + goal * 0.7 * kSide, point = base + goal * 0.6 * kSide;
    const std::array sign{1.2 * kSide, base, 1.5 * kSide, point, 1.8 * kSide, base};
    canvas.polygon(sign, palette::kGreen);
    canvas.disc(kSide + kHalf + pace * column, kTop + kHalf + row * kSide, 0.32 * kSide,
                palette::kBlue);
  }

 private:
  static constexpr float kPrize = 4, kMistake = -0.1F;
};

}  // namespace tengen
