// Acrobot-v1: two links hang from a joint; a motor between them has to swing the tip up.
#pragma once

#include "core/trigonometry.hpp"
#include "envs/classic/bounded.hpp"
#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <algorithm>
#include <array>
#include <numbers>

namespace tengen {

/// Acrobot of Sutton (1996), with the arithmetic of Gymnasium's Acrobot-v1 (the book's equations,
/// no torque noise).
///
/// Observation, 6 floats: cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁, θ̇₂ (rad/s). At θ₁ = 0 the first link
/// hangs straight down; θ₂ is relative to the first link. Actions: torque −1, 0 or 1 N·m. Reward:
/// −1 per step, 0 on the last. The episode terminates when the tip is more than a link's length
/// above the joint: −cos θ₁ − cos(θ₁ + θ₂) > 1. It is truncated after 500 steps.
struct Acrobot {
  using Element = float;
  using Action = int;

  static constexpr double kPi = std::numbers::pi;
  static constexpr double kMaxSpeed1 = 4 * kPi, kMaxSpeed2 = 9 * kPi;

  /// θ₁, θ₂ in [−π, π], θ̇₁ in ±kMaxSpeed1, θ̇₂ in ±kMaxSpeed2 (rad, rad/s).
  std::array<double, 4> state{};

  [[nodiscard]] EnvSpec spec() const {
    constexpr auto kMost = static_cast<float>(kMaxSpeed2);
    return {.name = "Acrobot-v1",
            .observation = {{6}, tengen::Element::kFloat, -kMost, kMost},
            .action = Discrete{3, {"CLOCKWISE", "COAST", "COUNTERCLOCKWISE"}},
            .max_episode_steps = 500,
            .steps_per_second = 15};
  }

  void reset(Rng& rng) {  // rounded to float, as Gymnasium does
    for (double& value : state) value = static_cast<float>(rng.uniform(-0.1, 0.1));
  }

  Outcome step(int action, Rng&) {
    state = runge_kutta(state, action - 1);
    state = {wrap(state[0]), wrap(state[1]), std::clamp(state[2], -kMaxSpeed1, kMaxSpeed1),
             std::clamp(state[3], -kMaxSpeed2, kMaxSpeed2)};
    const bool up = -sin_cos(state[0]).cos - sin_cos(state[1] + state[0]).cos > 1.0;
    return {up ? 0.0F : -1.0F, up};
  }

  void observe(std::span<float> out) const {
    const SinCos first = sin_cos(state[0]), second = sin_cos(state[1]);
    const std::array values{first.cos, first.sin, second.cos, second.sin, state[2], state[3]};
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = static_cast<float>(values[i]);
  }

  [[nodiscard]] bool valid() const { return bounded(state[0], state[1], state[2], state[3]); }

  void draw(Canvas& canvas) const {
    constexpr int kSide = 480;
    constexpr double kCentre = kSide / 2.0, kScale = 100;
    canvas.reset(kSide, kSide, palette::kPaper);
    for (int x = 0; x < kSide; x += 16)
      canvas.fill(x, static_cast<int>(kCentre - kScale), 8, 2, palette::kGold);
    const SinCos first = sin_cos(state[0]), second = sin_cos(state[0] + state[1]);
    const double elbow_x = kCentre + kScale * first.sin, elbow_y = kCentre + kScale * first.cos;
    const double tip_x = elbow_x + kScale * second.sin, tip_y = elbow_y + kScale * second.cos;
    canvas.line(kCentre, kCentre, elbow_x, elbow_y, palette::kBlue, 14);
    canvas.line(elbow_x, elbow_y, tip_x, tip_y, palette::kWood, 14);
    canvas.disc(kCentre, kCentre, 9, palette::kInk);
    canvas.disc(elbow_x, elbow_y, 9, palette::kInk);
    canvas.disc(tip_x, tip_y, 8, palette::kRed);
  }

 private:
  using State = std::array<double, 4>;

  static double wrap(double angle) {
    while (angle > kPi) angle -= 2 * kPi;
    while (angle < -kPi) angle += 2 * kPi;
    return angle;
  }

  static State plus(const State& at, double scale, const State& slope) {
    State out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = at[i] + scale * slope[i];
    return out;
  }

  // Both links have mass 1 and length 1, their centre of mass at 0.5, and moment of inertia 1.
  static State slope(const State& s, double torque) {
    constexpr double kGravity = 9.8, kCentre = 0.5;
    const auto& [angle1, angle2, speed1, speed2] = s;
    const auto [sin2, cos2] = sin_cos(angle2);
    const double d1 = kCentre * kCentre + (1 + kCentre * kCentre + 2 * kCentre * cos2) + 1 + 1;
    const double d2 = (kCentre * kCentre + kCentre * cos2) + 1;
    const double phi2 = kCentre * kGravity * sin_cos(angle1 + angle2 - kPi / 2).cos;
    const double phi1 = -kCentre * (speed2 * speed2) * sin2 - 2 * kCentre * speed2 * speed1 * sin2 +
                        (kCentre + 1) * kGravity * sin_cos(angle1 - kPi / 2).cos + phi2;
    const double acceleration2 =
        (torque + d2 / d1 * phi1 - kCentre * (speed1 * speed1) * sin2 - phi2) /
        (kCentre * kCentre + 1 - d2 * d2 / d1);
    return {speed1, speed2, -(d2 * acceleration2 + phi1) / d1, acceleration2};
  }

  static State runge_kutta(const State& at, double torque) {
    constexpr double kSeconds = 0.2;
    const State k1 = slope(at, torque);
    const State k2 = slope(plus(at, kSeconds / 2, k1), torque);
    const State k3 = slope(plus(at, kSeconds / 2, k2), torque);
    const State k4 = slope(plus(at, kSeconds, k3), torque);
    State mean;
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i];
    return plus(at, kSeconds / 6, mean);
  }
};

}  // namespace tengen
