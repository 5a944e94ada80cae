// MountainCar-v0: an underpowered car has to swing itself out of a valley.
#pragma once

#include "core/trigonometry.hpp"
#include "envs/classic/bounded.hpp"
#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <algorithm>
#include <array>

namespace tengen {

/// Mountain Car of Moore (1990), with the arithmetic of Gymnasium's MountainCar-v0.
///
/// Observation, 2 floats: position in [−1.2, 0.6], velocity in [−0.07, 0.07] per step. Reward: −1
/// per step. The episode terminates at position ≥ 0.5, moving right, and is truncated after 200
/// steps.
struct MountainCar {
  using Element = float;
  using Action = int;

  static constexpr double kLeft = -1.2, kRight = 0.6, kGoal = 0.5, kMaxSpeed = 0.07;

  double position = -0.5, velocity = 0;

  [[nodiscard]] EnvSpec spec() const {
    return {.name = "MountainCar-v0",
            .observation = {{2}, tengen::Element::kFloat, float{kLeft}, float{kRight}},
            .action = Discrete{3, {"LEFT", "COAST", "RIGHT"}},
            .max_episode_steps = 200,
            .steps_per_second = 30};
  }

  void reset(Rng& rng) {
    position = rng.uniform(-0.6, -0.4);
    velocity = 0;
  }

  Outcome step(int action, Rng&) {
    constexpr double kForce = 0.001, kGravity = 0.0025;
    velocity += (action - 1) * kForce + sin_cos(3 * position).cos * -kGravity;
    velocity = std::clamp(velocity, -kMaxSpeed, kMaxSpeed);
    position = std::clamp(position + velocity, kLeft, kRight);
    if (position == kLeft && velocity < 0) velocity = 0;
    return {-1.0F, position >= kGoal && velocity >= 0};
  }

  void observe(std::span<float> out) const {
    out[0] = static_cast<float>(position);
    out[1] = static_cast<float>(velocity);
  }

  [[nodiscard]] bool valid() const { return bounded(position, velocity); }

  void draw(Canvas& canvas) const {
    constexpr int kWidth = 600, kHeight = 320;
    constexpr double kScale = kWidth / (kRight - kLeft);
    const auto x = [](double at) { return (at - kLeft) * kScale; };
    const auto y = [](double at) { return kHeight - 50 - (sin_cos(3 * at).sin + 1) * 105; };
    canvas.reset(kWidth, kHeight, palette::kPaper);
    for (int column = 0; column < kWidth; ++column) {
      const int ground = static_cast<int>(y(kLeft + column / kScale));
      canvas.fill(column, ground, 1, kHeight - ground, palette::kGreen);
    }
    canvas.line(x(kGoal), y(kGoal), x(kGoal), y(kGoal) - 44, palette::kInk, 2);
    const std::array flag{x(kGoal),      y(kGoal) - 44, x(kGoal) + 22,
                          y(kGoal) - 36, x(kGoal),      y(kGoal) - 28};
    canvas.polygon(flag, palette::kGold);

    // The car is drawn in its own axes on the slope: along the ground and away from it (up is −y).
    const double slope = 3 * 105 * sin_cos(3 * position).cos / kScale;
    const double length = std::sqrt(1 + slope * slope), cosine = 1 / length, sine = slope / length;
    const auto along = [&](double a, double b) { return x(position) + a * cosine - b * sine; };
    const auto above = [&](double a, double b) { return y(position) - a * sine - b * cosine; };
    const std::array body{along(-20, 9), above(-20, 9), along(20, 9),   above(20, 9),
                          along(20, 23), above(20, 23), along(-20, 23), above(-20, 23)};
    canvas.polygon(body, palette::kRed);
    for (const double wheel : {-12.0, 12.0})
      canvas.disc(along(wheel, 8), above(wheel, 8), 8, palette::kInk);
  }
};

}  // namespace tengen
