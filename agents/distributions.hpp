// Policies as probability distributions over actions: plain arithmetic on the numbers a network
// gives for one observation, with derivatives by hand.
#pragma once

#include "core/rng.hpp"
#include "core/space.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// How probable an action was, and how undecided the policy is.
struct Likelihood {
  float log_prob = 0;  ///< for Box a log density
  float entropy = 0;   ///< nats
};

/// Softmax over n logits. An empty mask allows every action; illegal ones have probability 0.
/// Scratch memory is the caller's, so that nothing is allocated: `probability` has n elements.
class Categorical {
 public:
  Categorical(std::span<const float> logits, std::span<const std::uint8_t> legal,
              std::span<float> probability);
  [[nodiscard]] std::int32_t sample(Rng& rng) const;
  /// The most probable action; the first of equals.
  [[nodiscard]] std::int32_t mode() const;
  [[nodiscard]] Likelihood at(std::int32_t action) const;
  /// Adds d_log_prob · ∂log_prob/∂logits + d_entropy · ∂entropy/∂logits to `gradient`.
  void backward(std::int32_t action, float d_log_prob, float d_entropy,
                std::span<float> gradient) const;
  [[nodiscard]] std::span<const float> probability() const { return probability_; }

 private:
  [[nodiscard]] float log_probability(std::size_t i) const;

  std::span<const float> logits_;
  std::span<float> probability_;
  float log_sum_ = 0;  // of the exponentials, over legal actions
};

/// Independent normal distributions: `parameters` holds d means, then d logarithms of standard
/// deviations. Samples are not bounded: whoever steps an environment scales and clips them to its
/// Box (BoxScale), and likelihoods are of the unclipped action (as in Stable-Baselines3).
class DiagonalGaussian {
 public:
  explicit DiagonalGaussian(std::span<const float> parameters)
      : mean_(parameters.first(parameters.size() / 2)),
        log_std_(parameters.last(parameters.size() / 2)) {}
  void sample(Rng& rng, std::span<float> action) const;
  [[nodiscard]] std::span<const float> mode() const { return mean_; }
  [[nodiscard]] Likelihood at(std::span<const float> action) const;
  /// As Categorical's, to means and logarithms of deviations.
  void backward(std::span<const float> action, float d_log_prob, float d_entropy,
                std::span<float> gradient) const;

 private:
  std::span<const float> mean_, log_std_;
};

/// Either of the two, as the action space says, on rows of a network's output: what agents use, so
/// that one loop serves both kinds of action.
class ActionDistribution {
 public:
  /// Per row: n logits, or 2 · d numbers.
  explicit ActionDistribution(const ActionSpace& space);
  [[nodiscard]] int parameters() const { return parameters_; }
  /// Dimensions of a Box action, 0 for discrete ones.
  [[nodiscard]] int dimensions() const { return dimensions_; }
  [[nodiscard]] bool discrete() const { return dimensions_ == 0; }

  /// One action, as stored: `discrete` for Discrete, `box` (d floats, unclipped) for Box.
  struct Action {
    std::int32_t discrete = 0;
    std::span<float> box = {};
  };
  /// Row `row` of columns of actions, one of which is empty.
  [[nodiscard]] Action action_at(std::span<const std::int32_t> discrete, std::span<float> box,
                                 std::size_t row) const {
    const auto d = static_cast<std::size_t>(dimensions_);
    return {d == 0 ? discrete[row] : 0, box.subspan(row * d, d)};
  }
  /// Draws into `action` and says how likely that was.
  Likelihood sample(std::span<const float> row, std::span<const std::uint8_t> legal, Rng& rng,
                    Action& action) const;
  void mode(std::span<const float> row, std::span<const std::uint8_t> legal, Action& action) const;
  /// Likelihood of `action`, and with d_log_prob and d_entropy given by `slope(likelihood)` (a
  /// pair) its derivatives added to `gradient`.
  template <class Slope>
  Likelihood differentiate(std::span<const float> row, std::span<const std::uint8_t> legal,
                           const Action& action, std::span<float> gradient, Slope&& slope) const {
    if (!discrete()) {
      const DiagonalGaussian policy(row);
      const Likelihood likelihood = policy.at(action.box);
      const auto [d_log_prob, d_entropy] = slope(likelihood);
      policy.backward(action.box, d_log_prob, d_entropy, gradient);
      return likelihood;
    }
    float scratch[kMaxActions];
    const Categorical policy(row, legal, {scratch, row.size()});
    const Likelihood likelihood = policy.at(action.discrete);
    const auto [d_log_prob, d_entropy] = slope(likelihood);
    policy.backward(action.discrete, d_log_prob, d_entropy, gradient);
    return likelihood;
  }
  /// Likelihood alone.
  [[nodiscard]] Likelihood at(std::span<const float> row, std::span<const std::uint8_t> legal,
                              const Action& action) const;
  /// What viewers show of a row: probabilities of discrete actions, means of Box ones. `shown` has
  /// columns() elements. Returns the entropy.
  float describe(std::span<const float> row, std::span<const std::uint8_t> legal,
                 std::span<float> shown) const;
  [[nodiscard]] int columns() const { return discrete() ? parameters_ : dimensions_; }

 private:
  static constexpr int kMaxActions = 1024;
  int parameters_ = 0, dimensions_ = 0;
};

}  // namespace tengen
