#include "agents/search/sampling.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {

int sample_policy(std::span<const float> logits, std::span<const std::uint8_t> legal, Rng& rng,
                  std::span<float> scratch) {
  float most = -INFINITY, sum = 0;
  for (std::size_t a = 0; a < legal.size(); ++a)
    if (legal[a] != 0) most = std::max(most, logits[a]);
  for (std::size_t a = 0; a < legal.size(); ++a)
    sum += scratch[a] = legal[a] != 0 ? std::exp(logits[a] - most) : 0.0F;
  float left = rng.uniform() * sum;
  int action = -1;
  for (std::size_t a = 0; a < legal.size(); ++a) {
    if (legal[a] == 0) continue;
    action = static_cast<int>(a);
    if ((left -= scratch[a]) < 0) break;
  }
  TENGEN_CHECK(action >= 0, "no legal action");
  return action;
}

int sample_legal(std::span<const std::uint8_t> legal, Rng& rng) {
  const auto count = static_cast<std::uint32_t>(std::ranges::count(legal, 1));
  TENGEN_CHECK(count > 0, "no action is legal");
  std::uint32_t left = rng.below(count);
  std::size_t action = 0;
  while (legal[action] == 0 || left-- > 0) ++action;
  return static_cast<int>(action);
}

}  // namespace tengen
