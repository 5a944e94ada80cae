// The policy of soft actor-critic (Haarnoja et al. 2018, appendix C): a normal distribution behind
// a tanh, differentiated by hand.
#pragma once

#include <span>

namespace tengen {

/// Actions in (−1, 1): a = tanh u, u = mean + std · noise, for one observation. `parameters` holds
/// d means, then d logarithms of standard deviations, which are clamped to [−20, 2].
class SquashedGaussian {
 public:
  explicit SquashedGaussian(std::span<const float> parameters)
      : mean_(parameters.first(parameters.size() / 2)),
        log_std_(parameters.last(parameters.size() / 2)) {}

  /// The action that standard normal `noise` (d) makes. Returns its log density,
  /// Σ −noise²/2 − log std − log √2π − log(1 − a²).
  float sample(std::span<const float> noise, std::span<float> action) const;
  /// tanh of the means.
  void mode(std::span<float> action) const;
  /// Gradient by the parameters (2 d, overwritten) of a loss whose gradients by the sampled action
  /// and by its log density are these, the noise held fixed.
  void backward(std::span<const float> noise, std::span<const float> action,
                std::span<const float> d_action, float d_log_prob, std::span<float> gradient) const;

 private:
  std::span<const float> mean_, log_std_;
};

}  // namespace tengen
