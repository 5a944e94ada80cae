#include "agents/distributions.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr float kHalfLogTwoPi = 0.918938533F;

}  // namespace

// ---- Categorical -----------------------------------------------------------------------------

Categorical::Categorical(std::span<const float> logits, std::span<const std::uint8_t> legal,
                         std::span<float> probability)
    : logits_(logits), probability_(probability) {
  const auto allowed = [&](std::size_t i) { return legal.empty() || legal[i] != 0; };
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (allowed(i)) largest = std::max(largest, logits[i]);
  float sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    probability[i] = allowed(i) ? std::exp(logits[i] - largest) : 0.0F;
    sum += probability[i];
  }
  for (float& p : probability) p /= sum;
  log_sum_ = largest + std::log(sum);
}

float Categorical::log_probability(std::size_t i) const { return logits_[i] - log_sum_; }

std::int32_t Categorical::sample(Rng& rng) const {
  float left = rng.uniform();
  std::int32_t last = 0;  // rounding may leave a little probability beyond the last action
  for (std::size_t i = 0; i < probability_.size(); ++i) {
    if (probability_[i] <= 0) continue;
    last = static_cast<std::int32_t>(i);
    left -= probability_[i];
    if (left < 0) break;
  }
  return last;
}

std::int32_t Categorical::mode() const {
  return static_cast<std::int32_t>(std::ranges::max_element(probability_) - probability_.begin());
}

Likelihood Categorical::at(std::int32_t action) const {
  Likelihood result{.log_prob = log_probability(usize(action))};
  for (std::size_t i = 0; i < probability_.size(); ++i)
    if (probability_[i] > 0) result.entropy -= probability_[i] * log_probability(i);
  return result;
}

// ∂log p_a/∂logit_i = [i = a] − p_i;  ∂H/∂logit_i = −p_i (log p_i + H).
void Categorical::backward(std::int32_t action, const LikelihoodGradient& by,
                           std::span<float> d_loss_d_logits) const {
  const float entropy = at(action).entropy;
  for (std::size_t i = 0; i < probability_.size(); ++i) {
    const float p = probability_[i];
    if (p <= 0) continue;
    d_loss_d_logits[i] -=
        p * (by.d_loss_d_log_prob + by.d_loss_d_entropy * (log_probability(i) + entropy));
  }
  d_loss_d_logits[usize(action)] += by.d_loss_d_log_prob;
}

// ---- Gaussian --------------------------------------------------------------------------------

void DiagonalGaussian::sample(Rng& rng, std::span<float> action) const {
  for (std::size_t i = 0; i < mean_.size(); ++i)
    action[i] = mean_[i] + std::exp(log_std_[i]) * static_cast<float>(rng.normal());
}

Likelihood DiagonalGaussian::at(std::span<const float> action) const {
  Likelihood result;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const float z = (action[i] - mean_[i]) * std::exp(-log_std_[i]);
    result.log_prob -= 0.5F * z * z + log_std_[i] + kHalfLogTwoPi;
    result.entropy += 0.5F + kHalfLogTwoPi + log_std_[i];
  }
  return result;
}

// With z = (a − mean)/std: ∂log p/∂mean = z/std;  ∂log p/∂log std = z² − 1;  ∂H/∂log std = 1.
void DiagonalGaussian::backward(std::span<const float> action, const LikelihoodGradient& by,
                                std::span<float> d_loss_d_parameters) const {
  const std::size_t d = mean_.size();
  for (std::size_t i = 0; i < d; ++i) {
    const float precision = std::exp(-log_std_[i]), z = (action[i] - mean_[i]) * precision;
    d_loss_d_parameters[i] += by.d_loss_d_log_prob * z * precision;
    d_loss_d_parameters[d + i] += by.d_loss_d_log_prob * (z * z - 1) + by.d_loss_d_entropy;
  }
}

// ---- Either ----------------------------------------------------------------------------------

ActionDistribution::ActionDistribution(const ActionSpace& space) {
  if (const auto* discrete = std::get_if<Discrete>(&space)) {
    parameters_ = discrete->n;
    if (parameters_ > kMaxActions)
      throw UsageError("{} actions; this agent handles up to {}", parameters_, kMaxActions);
  } else {
    dimensions_ = static_cast<int>(std::get<Box>(space).low.size());
    parameters_ = 2 * dimensions_;
  }
}

Likelihood ActionDistribution::sample(std::span<const float> row,
                                      std::span<const std::uint8_t> legal, Rng& rng,
                                      Action& action) const {
  if (!discrete()) {
    const DiagonalGaussian policy(row);
    policy.sample(rng, action.box);
    return policy.at(action.box);
  }
  float scratch[kMaxActions];
  const Categorical policy(row, legal, {scratch, row.size()});
  action.discrete = policy.sample(rng);
  return policy.at(action.discrete);
}

void ActionDistribution::mode(std::span<const float> row, std::span<const std::uint8_t> legal,
                              Action& action) const {
  if (!discrete()) {
    std::ranges::copy(DiagonalGaussian(row).mode(), action.box.begin());
    return;
  }
  float scratch[kMaxActions];
  action.discrete = Categorical(row, legal, {scratch, row.size()}).mode();
}

Likelihood ActionDistribution::at(std::span<const float> row, std::span<const std::uint8_t> legal,
                                  const Action& action) const {
  if (!discrete()) return DiagonalGaussian(row).at(action.box);
  float scratch[kMaxActions];
  return Categorical(row, legal, {scratch, row.size()}).at(action.discrete);
}

float ActionDistribution::describe(std::span<const float> row, std::span<const std::uint8_t> legal,
                                   std::span<float> shown) const {
  if (!discrete()) {
    const DiagonalGaussian policy(row);
    std::ranges::copy(policy.mode(), shown.begin());
    return policy.at(policy.mode()).entropy;
  }
  const Categorical policy(row, legal, shown);
  return policy.at(policy.mode()).entropy;
}

// ---- Squashed --------------------------------------------------------------------------------

namespace {

constexpr float kLowestLogStd = -20, kHighestLogStd = 2, kLogFour = 1.38629436F;

}  // namespace

float SquashedGaussian::sample(std::span<const float> noise, std::span<float> action) const {
  float log_prob = 0;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const float log_std = std::clamp(log_std_[i], kLowestLogStd, kHighestLogStd);
    const float u = mean_[i] + std::exp(log_std) * noise[i];
    // With e = exp(−2|u|): tanh|u| = (1 − e)/(1 + e), 1 − tanh² u = 4e/(1 + e)². The logarithm of
    // the latter is exact however far u is from 0.
    const float e = std::exp(-2 * std::abs(u));
    action[i] = std::copysign((1 - e) / (1 + e), u);
    const float log_d_action_d_u = kLogFour - 2 * std::abs(u) - 2 * std::log1p(e);
    log_prob -= 0.5F * noise[i] * noise[i] + log_std + kHalfLogTwoPi + log_d_action_d_u;
  }
  return log_prob;
}

void SquashedGaussian::mode(std::span<float> action) const {
  std::ranges::transform(mean_, action.begin(), [](float mean) { return std::tanh(mean); });
}

// ∂a/∂u = 1 − a²;  ∂log p/∂u = 2 a (of −log(1 − a²));  ∂u/∂log std = std · noise.
void SquashedGaussian::backward(std::span<const float> noise, std::span<const float> action,
                                std::span<const float> d_loss_d_action, float d_loss_d_log_prob,
                                std::span<float> d_loss_d_parameters) const {
  const std::size_t d = mean_.size();
  for (std::size_t i = 0; i < d; ++i) {
    const float a = action[i];
    const float d_loss_d_u = d_loss_d_action[i] * (1 - a * a) + d_loss_d_log_prob * 2 * a;
    const bool clamped = log_std_[i] < kLowestLogStd || log_std_[i] > kHighestLogStd;
    d_loss_d_parameters[i] = d_loss_d_u;
    d_loss_d_parameters[d + i] =
        clamped ? 0.0F : d_loss_d_u * std::exp(log_std_[i]) * noise[i] - d_loss_d_log_prob;
  }
}

}  // namespace tengen
