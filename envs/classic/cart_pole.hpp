// CartPole-v1: balance a pole on a cart by pushing the cart left or right.
#pragma once

#include "core/trigonometry.hpp"
#include "envs/classic/bounded.hpp"
#include "envs/classic/palette.hpp"
#include "envs/environment.hpp"

#include <array>
#include <limits>
#include <numbers>

namespace tengen {

/// CartPole of Barto, Sutton and Anderson (1983), with the arithmetic of Gymnasium's CartPole-v1 in
/// the same order of operations.
///
/// Observation, 4 floats: cart position (m), velocity (m/s), pole angle (rad; 0 is upright,
/// positive leans right), angular velocity (rad/s). Actions push the cart left or right. Reward: 1
/// per step. The episode terminates when the cart leaves ±2.4 m or the pole ±12°, and is truncated
/// after 500 steps.
struct CartPole {
  using Element = float;
  using Action = int;

  static constexpr double kMaxPosition = 2.4;
  static constexpr double kMaxAngle = 12 * 2 * std::numbers::pi / 360;
  /// For NoVelocity: the number of columns of the observation, those that are positions, and
  /// Gymnasium's bound on these.
  static constexpr std::size_t kColumns = 4;
  static constexpr std::array<std::size_t, 2> kPositions{0, 2};
  static constexpr float kPositionBound = 2 * kMaxPosition;

  double position = 0, velocity = 0, angle = 0, angular_velocity = 0;

  [[nodiscard]] EnvSpec spec() const {
    constexpr float kUnbounded = std::numeric_limits<float>::infinity();
    return {.name = "CartPole-v1",
            .observation = {{4}, tengen::Element::kFloat, -kUnbounded, kUnbounded},
            .action = Discrete{2, {"LEFT", "RIGHT"}},
            .max_episode_steps = 500,
            .steps_per_second = 50};
  }

  void reset(Rng& rng) {
    for (double* value : {&position, &velocity, &angle, &angular_velocity})
      *value = rng.uniform(-0.05, 0.05);
  }

  Outcome step(int action, Rng&) {
    constexpr double kGravity = 9.8, kPoleMass = 0.1, kTotalMass = 1.0 + kPoleMass;
    constexpr double kHalfLength = 0.5, kPoleMoment = kPoleMass * kHalfLength;
    constexpr double kForce = 10.0, kSeconds = 0.02;
    const double force = action == 1 ? kForce : -kForce;
    const auto [sin, cos] = sin_cos_near_zero(angle);
    const double push =
        (force + kPoleMoment * (angular_velocity * angular_velocity) * sin) / kTotalMass;
    const double angular_acceleration =
        (kGravity * sin - cos * push) /
        (kHalfLength * (4.0 / 3.0 - kPoleMass * (cos * cos) / kTotalMass));
    const double acceleration = push - kPoleMoment * angular_acceleration * cos / kTotalMass;
    position += kSeconds * velocity;
    velocity += kSeconds * acceleration;
    angle += kSeconds * angular_velocity;
    angular_velocity += kSeconds * angular_acceleration;
    const bool fell = (position < -kMaxPosition) | (position > kMaxPosition) |
                      (angle < -kMaxAngle) | (angle > kMaxAngle);
    return {1.0F, fell};
  }

  void observe(std::span<float> out) const {
    out[0] = static_cast<float>(position);
    out[1] = static_cast<float>(velocity);
    out[2] = static_cast<float>(angle);
    out[3] = static_cast<float>(angular_velocity);
  }

  [[nodiscard]] bool valid() const { return bounded(position, velocity, angle, angular_velocity); }

  void draw(Canvas& canvas) const {
    constexpr int kWidth = 600, kHeight = 300, kTrack = 230;
    constexpr double kScale = kWidth / (2 * kMaxPosition + 0.6);
    canvas.reset(kWidth, kHeight, palette::kPaper);
    for (const double end : {-kMaxPosition, kMaxPosition})
      canvas.fill(static_cast<int>(kWidth / 2 + end * kScale) - 1, kTrack - 40, 2, 40,
                  palette::kLine);
    canvas.fill(0, kTrack, kWidth, 2, palette::kLine);
    const double x = kWidth / 2 + position * kScale;
    constexpr double kAxle = kTrack - 34;
    for (const double wheel : {-18.0, 18.0}) canvas.disc(x + wheel, kTrack - 7, 7, palette::kInk);
    const std::array cart{x - 32, kTrack - 36., x + 32, kTrack - 36.,
                          x + 32, kTrack - 10., x - 32, kTrack - 10.};
    canvas.polygon(cart, palette::kBlue);
    canvas.line(x, kAxle, x + kScale * std::sin(angle), kAxle - kScale * std::cos(angle),
                palette::kWood, 11);
    canvas.disc(x, kAxle, 5, palette::kInk);
  }
};

}  // namespace tengen
