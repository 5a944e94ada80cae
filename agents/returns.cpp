#include "agents/returns.hpp"

#include "agents/rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tengen {
namespace {

constexpr double kRescaleEpsilon = 1e-3;

}  // namespace

void gae(std::span<const float> reward, std::span<const std::uint8_t> ended,
         std::span<const float> value, std::span<const float> last_value, float gamma, float lambda,
         std::span<float> advantage, std::span<float> returns) {
  const std::size_t lanes = last_value.size();
  for (std::size_t i = reward.size(); i-- > 0;) {
    const bool newest = i + lanes >= reward.size();
    const float alive = ended[i] != 0 ? 0.0F : 1.0F;
    const float next = newest ? last_value[i % lanes] : value[i + lanes];
    const float later = newest ? 0.0F : advantage[i + lanes];
    advantage[i] = reward[i] + alive * gamma * (next + lambda * later) - value[i];
    returns[i] = advantage[i] + value[i];
  }
}

void n_step_returns(std::span<const float> reward, std::span<const std::uint8_t> ended,
                    std::span<const float> last_value, float gamma, std::span<float> returns) {
  const std::size_t lanes = last_value.size();
  for (std::size_t i = reward.size(); i-- > 0;) {
    const float later = i + lanes >= reward.size() ? last_value[i % lanes] : returns[i + lanes];
    returns[i] = reward[i] + (ended[i] != 0 ? 0.0F : gamma * later);
  }
}

void vtrace(std::span<const float> log_ratio, std::span<const float> reward,
            std::span<const std::uint8_t> ended, std::span<const float> value,
            std::span<const float> last_value, const VtraceOptions& o, std::span<float> targets,
            std::span<float> advantage) {
  const std::size_t lanes = last_value.size();
  for (std::size_t i = reward.size(); i-- > 0;) {
    const bool newest = i + lanes >= reward.size();
    const float alive = ended[i] != 0 ? 0.0F : 1.0F;
    const float next_value = newest ? last_value[i % lanes] : value[i + lanes];
    const float next_target = newest ? next_value : targets[i + lanes];
    const float ratio = std::exp(log_ratio[i]);
    const float delta =
        std::min(o.rho_bar, ratio) * (reward[i] + alive * o.gamma * next_value - value[i]);
    const float trace = o.lambda * std::min(o.c_bar, ratio);
    targets[i] = value[i] + delta + alive * o.gamma * trace * (next_target - next_value);
    advantage[i] =
        std::min(o.pg_rho_bar, ratio) * (reward[i] + alive * o.gamma * next_target - value[i]);
  }
}

void sequence_targets(std::span<const float> reward, std::span<const std::uint8_t> terminated,
                      std::span<const std::uint8_t> acted, std::span<const float> value,
                      const SequenceTargetOptions& o, std::span<float> targets) {
  for (std::size_t t = 0; t < reward.size(); ++t) {
    const std::size_t end = t + usize(o.n_steps);
    float total = 0, discount = 1;
    std::size_t row = t;
    while (row < end && acted[row] != 0 && discount != 0) {
      total += discount * reward[row];
      discount = terminated[row] != 0 ? 0 : discount * o.gamma;
      ++row;
    }
    if (discount != 0) total += discount * (o.rescaling ? unrescale(value[row]) : value[row]);
    targets[t] = acted[t] == 0 ? 0 : o.rescaling ? rescale(total) : total;
  }
}

float rescale(float x) {
  const double size = std::abs(static_cast<double>(x));
  return static_cast<float>(std::copysign(std::sqrt(size + 1) - 1, x) + kRescaleEpsilon * x);
}

float unrescale(float x) {
  // In double precision: the difference of two nearly equal numbers is divided by 2 ε.
  const double e = kRescaleEpsilon, size = std::abs(static_cast<double>(x));
  const double root = (std::sqrt(1 + 4 * e * (size + 1 + e)) - 1) / (2 * e);
  return static_cast<float>(std::copysign(root * root - 1, x));
}

Moments moments(std::span<const float> values) {
  double mean = 0, squares = 0;
  for (const float x : values) mean += x;
  mean /= static_cast<double>(values.size());
  for (const float x : values) squares += (x - mean) * (x - mean);
  return {static_cast<float>(mean),
          static_cast<float>(std::sqrt(squares / static_cast<double>(values.size())))};
}

double explained_variance(std::span<const float> value, std::span<const float> returns) {
  std::vector<float> error(returns.begin(), returns.end());
  for (std::size_t i = 0; i < error.size(); ++i) error[i] -= value[i];
  const double spread = moments(returns).deviation, left = moments(error).deviation;
  return spread > 0 ? 1 - left * left / (spread * spread) : 0;
}

void standardise(std::span<float> values) {
  const auto [mean, deviation] = moments(values);
  for (float& x : values) x = (x - mean) / (deviation + 1e-8F);
}

}  // namespace tengen
