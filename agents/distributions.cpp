#include "agents/distributions.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen {

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
  std::int32_t last = 0;  // rounding may leave a crumb beyond the last action
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
  Likelihood result{.log_prob = log_probability(static_cast<std::size_t>(action))};
  for (std::size_t i = 0; i < probability_.size(); ++i)
    if (probability_[i] > 0) result.entropy -= probability_[i] * log_probability(i);
  return result;
}

// ∂log p_a/∂l_i = [i = a] − p_i;  ∂H/∂l_i = −p_i (log p_i + H).
void Categorical::backward(std::int32_t action, float d_log_prob, float d_entropy,
                           std::span<float> gradient) const {
  const float entropy = at(action).entropy;
  for (std::size_t i = 0; i < probability_.size(); ++i) {
    const float p = probability_[i];
    if (p <= 0) continue;
    gradient[i] -= p * (d_log_prob + d_entropy * (log_probability(i) + entropy));
  }
  gradient[static_cast<std::size_t>(action)] += d_log_prob;
}

// ---- Gaussian --------------------------------------------------------------------------------

void DiagonalGaussian::sample(Rng& rng, std::span<float> action) const {
  for (std::size_t i = 0; i < mean_.size(); ++i)
    action[i] = mean_[i] + std::exp(log_std_[i]) * static_cast<float>(rng.normal());
}

Likelihood DiagonalGaussian::at(std::span<const float> action) const {
  constexpr float kHalfLogTwoPi = 0.918938533F;
  Likelihood result;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const float z = (action[i] - mean_[i]) * std::exp(-log_std_[i]);
    result.log_prob -= 0.5F * z * z + log_std_[i] + kHalfLogTwoPi;
    result.entropy += 0.5F + kHalfLogTwoPi + log_std_[i];
  }
  return result;
}

void DiagonalGaussian::backward(std::span<const float> action, float d_log_prob, float d_entropy,
                                std::span<float> gradient) const {
  const std::size_t d = mean_.size();
  for (std::size_t i = 0; i < d; ++i) {
    const float precision = std::exp(-log_std_[i]), z = (action[i] - mean_[i]) * precision;
    gradient[i] += d_log_prob * z * precision;
    gradient[d + i] += d_log_prob * (z * z - 1) + d_entropy;
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

}  // namespace tengen
