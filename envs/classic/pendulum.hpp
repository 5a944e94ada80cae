// Pendulum-v1: swing a pendulum up with a weak motor and hold it there.
#pragma once

#include "core/trigonometry.hpp"
#include "envs/classic/bounded.hpp"
#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tengen {

/// A pendulum with the arithmetic of Gymnasium's Pendulum-v1, its float32 torque included.
///
/// Action, 1 float: torque in [−2, 2] N·m, clipped. Observation, 3 floats: cos θ, sin θ, θ̇ in
/// [−8, 8] rad/s; at θ = 0 the pendulum is upright. Reward: −(θ² + 0.1 θ̇² + 0.001 torque²) with θ
/// in [−π, π). The episode never terminates; it is truncated after 200 steps.
struct Pendulum {
  using Element = float;
  using Action = std::span<const float>;

  static constexpr double kMaxSpeed = 8;
  static constexpr float kMaxTorque = 2;
  /// For NoVelocity: the number of columns of the observation, those that are positions, and the
  /// bound on these.
  static constexpr std::size_t kColumns = 3;
  static constexpr std::array<std::size_t, 2> kPositions{0, 1};
  static constexpr float kPositionBound = 1;

  double angle = std::numbers::pi, speed = 0;
  float torque = 0;  ///< of the last step, N·m, for the picture

  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Pendulum-v1",
            .observation = {{3}, tengen::Element::kFloat, float{-kMaxSpeed}, float{kMaxSpeed}},
            .action = Box{{-kMaxTorque}, {kMaxTorque}},
            .max_episode_steps = 200,
            .steps_per_second = 30};
  }

  void reset(Rng& rng) {
    angle = rng.uniform(-std::numbers::pi, std::numbers::pi);
    speed = rng.uniform(-1, 1);
    torque = 0;
  }

  Outcome step(std::span<const float> action, Rng&) {
    constexpr double kSeconds = 0.05, kGravity = 10;
    torque = std::clamp(action[0], -kMaxTorque, kMaxTorque);
    const double tilt = normalised(angle);
    const double cost = tilt * tilt + 0.1 * (speed * speed) + 0.001F * (torque * torque);
    speed += (3 * kGravity / 2 * sin_cos(angle).sin + 3.0F * torque) * kSeconds;
    speed = std::clamp(speed, -kMaxSpeed, kMaxSpeed);
    angle += speed * kSeconds;
    return {static_cast<float>(-cost), false};
  }

  void observe(std::span<float> out) const {
    const auto [sin, cos] = sin_cos(angle);
    out[0] = static_cast<float>(cos);
    out[1] = static_cast<float>(sin);
    out[2] = static_cast<float>(speed);
  }

  [[nodiscard]] bool valid() const { return bounded(angle, speed, torque); }

  void draw(Canvas& canvas) const {
    constexpr int kSide = 480;
    constexpr double kCentre = kSide / 2.0, kLength = 170;
    canvas.reset(kSide, kSide, palette::kPaper);
    canvas.disc(kCentre, kCentre, kLength + 2, palette::kLine);
    canvas.disc(kCentre, kCentre, kLength - 1, palette::kPaper);
    const auto [sin, cos] = sin_cos(angle);
    canvas.line(kCentre, kCentre, kCentre + kLength * sin, kCentre - kLength * cos, palette::kWood,
                18);
    canvas.disc(kCentre, kCentre, 8, palette::kInk);
    const int push = static_cast<int>(torque / kMaxTorque * 160);  // length of a bar, signed
    canvas.fill(kSide / 2 + std::min(push, 0), kSide - 26, std::abs(push), 10, palette::kBlue);
    canvas.fill(kSide / 2 - 1, kSide - 30, 2, 18, palette::kInk);
  }

 private:
  // The angle in [−π, π), computed as Python's % does it.
  static double normalised(double angle) {
    constexpr double kPi = std::numbers::pi;
    const double rest = std::fmod(angle + kPi, 2 * kPi);
    return (rest < 0 ? rest + 2 * kPi : rest) - kPi;
  }
};

}  // namespace tengen
