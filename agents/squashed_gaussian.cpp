#include "agents/squashed_gaussian.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr float kLowest = -20, kHighest = 2;
constexpr float kHalfLogTwoPi = 0.918938533F, kLogFour = 1.38629436F;

}  // namespace

float SquashedGaussian::sample(std::span<const float> noise, std::span<float> action) const {
  float log_prob = 0;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const float log_std = std::clamp(log_std_[i], kLowest, kHighest);
    const float u = mean_[i] + std::exp(log_std) * noise[i];
    // With e = exp(−2|u|): tanh|u| = (1 − e)/(1 + e), 1 − tanh² u = 4e/(1 + e)². The logarithm of
    // the latter is exact however far u is from 0.
    const float e = std::exp(-2 * std::abs(u));
    action[i] = std::copysign((1 - e) / (1 + e), u);
    const float log_slope = kLogFour - 2 * std::abs(u) - 2 * std::log1p(e);
    log_prob -= 0.5F * noise[i] * noise[i] + log_std + kHalfLogTwoPi + log_slope;
  }
  return log_prob;
}

void SquashedGaussian::mode(std::span<float> action) const {
  std::ranges::transform(mean_, action.begin(), [](float mean) { return std::tanh(mean); });
}

// ∂a/∂u = 1 − a², ∂ log density/∂u = 2 a (of −log(1 − a²)), ∂u/∂log std = std · noise.
void SquashedGaussian::backward(std::span<const float> noise, std::span<const float> action,
                                std::span<const float> d_action, float d_log_prob,
                                std::span<float> gradient) const {
  const std::size_t d = mean_.size();
  for (std::size_t i = 0; i < d; ++i) {
    const float a = action[i];
    const float du = d_action[i] * (1 - a * a) + d_log_prob * 2 * a;
    const bool clamped = log_std_[i] < kLowest || log_std_[i] > kHighest;
    gradient[i] = du;
    gradient[d + i] = clamped ? 0.0F : du * std::exp(log_std_[i]) * noise[i] - d_log_prob;
  }
}

}  // namespace tengen
