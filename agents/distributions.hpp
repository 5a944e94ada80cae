// Policies as probability distributions over actions: plain arithmetic on the numbers that a
// network gives for one observation, with their derivatives in closed form.
#pragma once

#include "agents/rows.hpp"
#include "core/rng.hpp"
#include "core/space.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// How probable an action is under a policy, and the policy's entropy.
struct Likelihood {
  float log_prob = 0;  ///< nats; for Box the logarithm of a density
  float entropy = 0;   ///< nats; for Box it may be negative
};

/// The derivatives of a loss by the two.
struct LikelihoodGradient {
  float d_loss_d_log_prob = 0;
  float d_loss_d_entropy = 0;
};

/// Softmax over n logits. An empty mask allows every action; illegal ones have probability 0.
/// The caller lends the memory for `probability` (n elements), so that nothing is allocated; logits
/// and probabilities outlive this.
class Categorical {
 public:
  Categorical(std::span<const float> logits, std::span<const std::uint8_t> legal,
              std::span<float> probability);
  [[nodiscard]] std::int32_t sample(Rng& rng) const;
  /// The most probable action; the first of equals.
  [[nodiscard]] std::int32_t mode() const;
  [[nodiscard]] Likelihood at(std::int32_t action) const;
  /// Adds the derivatives of the loss by the n logits to `d_loss_d_logits`.
  void backward(std::int32_t action, const LikelihoodGradient& by,
                std::span<float> d_loss_d_logits) const;
  [[nodiscard]] std::span<const float> probability() const { return probability_; }

 private:
  [[nodiscard]] float log_probability(std::size_t i) const;

  std::span<const float> logits_;
  std::span<float> probability_;
  float log_sum_ = 0;  // of the exponentials, over legal actions
};

/// Independent normal distributions: `parameters` holds d means, then d logarithms of standard
/// deviations. Samples are not bounded: BoxScale scales and clips them to the environment's Box,
/// and likelihoods are those of the unclipped action (as in Stable-Baselines3).
class DiagonalGaussian {
 public:
  explicit DiagonalGaussian(std::span<const float> parameters)
      : mean_(parameters.first(parameters.size() / 2)),
        log_std_(parameters.last(parameters.size() / 2)) {}
  /// `action`: d elements.
  void sample(Rng& rng, std::span<float> action) const;
  [[nodiscard]] std::span<const float> mode() const { return mean_; }
  [[nodiscard]] Likelihood at(std::span<const float> action) const;
  /// Adds the derivatives of the loss by means and logarithms of deviations to
  /// `d_loss_d_parameters` (2 d elements).
  void backward(std::span<const float> action, const LikelihoodGradient& by,
                std::span<float> d_loss_d_parameters) const;

 private:
  std::span<const float> mean_, log_std_;
};

/// Either of the two, as the action space says, on rows of a network's output: what actor-critics
/// use, so that one loop serves both kinds of action.
class ActionDistribution {
 public:
  /// A row has n logits, or 2 d numbers. Throws UsageError for more than 1024 discrete actions.
  explicit ActionDistribution(const ActionSpace& space);
  [[nodiscard]] int parameters() const { return parameters_; }
  /// Dimensions of a Box action, 0 for discrete ones.
  [[nodiscard]] int dimensions() const { return dimensions_; }
  [[nodiscard]] bool discrete() const { return dimensions_ == 0; }

  /// One action as it is stored: `discrete` for Discrete, `box` (d floats, unclipped) for Box.
  struct Action {
    std::int32_t discrete = 0;
    std::span<float> box = {};
  };
  /// Row `row` of columns of actions, one of which is empty.
  [[nodiscard]] Action action_at(std::span<const std::int32_t> discrete, std::span<float> box,
                                 std::size_t row) const {
    return {dimensions_ == 0 ? discrete[row] : 0, row_of(box, row, dimensions_)};
  }
  /// Draws into `action` and returns its likelihood.
  Likelihood sample(std::span<const float> row, std::span<const std::uint8_t> legal, Rng& rng,
                    Action& action) const;
  /// The most likely action.
  void mode(std::span<const float> row, std::span<const std::uint8_t> legal, Action& action) const;
  /// The likelihood of `action`. `derivatives(likelihood)` says the LikelihoodGradient of the loss;
  /// the loss's derivatives by the row are added to `d_loss_d_row`.
  template <class Derivatives>
  Likelihood differentiate(std::span<const float> row, std::span<const std::uint8_t> legal,
                           const Action& action, std::span<float> d_loss_d_row,
                           Derivatives&& derivatives) const {
    if (!discrete()) {
      const DiagonalGaussian policy(row);
      const Likelihood likelihood = policy.at(action.box);
      policy.backward(action.box, derivatives(likelihood), d_loss_d_row);
      return likelihood;
    }
    float scratch[kMaxActions];
    const Categorical policy(row, legal, {scratch, row.size()});
    const Likelihood likelihood = policy.at(action.discrete);
    policy.backward(action.discrete, derivatives(likelihood), d_loss_d_row);
    return likelihood;
  }
  /// The likelihood of `action` alone.
  [[nodiscard]] Likelihood at(std::span<const float> row, std::span<const std::uint8_t> legal,
                              const Action& action) const;
  /// What viewers show of a row: probabilities of discrete actions, means of Box ones. `shown` has
  /// columns() elements. Returns the entropy, nats.
  float describe(std::span<const float> row, std::span<const std::uint8_t> legal,
                 std::span<float> shown) const;
  [[nodiscard]] int columns() const { return discrete() ? parameters_ : dimensions_; }

 private:
  static constexpr int kMaxActions = 1024;
  int parameters_ = 0, dimensions_ = 0;
};

/// The policy of soft actor-critic (Haarnoja et al. 2018, appendix C): a normal distribution behind
/// a tanh. Actions a = tanh u in (−1, 1), u = mean + std · noise. `parameters` holds d means, then
/// d logarithms of standard deviations, which are clamped to [−20, 2].
class SquashedGaussian {
 public:
  explicit SquashedGaussian(std::span<const float> parameters)
      : mean_(parameters.first(parameters.size() / 2)),
        log_std_(parameters.last(parameters.size() / 2)) {}

  /// The action (d) that standard normal `noise` (d) makes. Returns the logarithm of its density,
  /// Σ −noise²/2 − log std − log √2π − log(1 − a²).
  float sample(std::span<const float> noise, std::span<float> action) const;
  /// tanh of the means.
  void mode(std::span<float> action) const;
  /// Writes the derivatives of a loss by the parameters (2 d), given those by the sampled action
  /// (d) and by the logarithm of its density; the noise is held fixed.
  void backward(std::span<const float> noise, std::span<const float> action,
                std::span<const float> d_loss_d_action, float d_loss_d_log_prob,
                std::span<float> d_loss_d_parameters) const;

 private:
  std::span<const float> mean_, log_std_;
};

}  // namespace tengen
