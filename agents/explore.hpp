// Choosing among legal actions, and refusing outputs that no action can be chosen by.
#pragma once

#include "agents/search/sampling.hpp"
#include "core/check.hpp"
#include "core/rng.hpp"
#include "core/view.hpp"

#include <cmath>
#include <cstdint>
#include <span>

namespace tengen {

/// Draws uniformly from the legal ones of `actions` actions; an empty mask allows all.
inline std::int32_t random_action(int actions, std::span<const std::uint8_t> legal, Rng& rng) {
  return legal.empty() ? static_cast<std::int32_t>(rng.below(static_cast<std::uint32_t>(actions)))
                       : sample_legal(legal, rng);
}

/// The mask of lane `lane`, or an empty one where the environment does not mask.
inline std::span<const std::uint8_t> legal_row(const MaskView& legal, int lane) {
  if (legal.empty()) return {};
  return legal.row(lane);
}

/// Throws Error unless all of a network's outputs are finite. The observations are (CheckedEnv), so
/// the network is at fault.
inline void require_finite(std::span<const float> outputs) {
  for (const float x : outputs)
    if (!std::isfinite(x))
      throw Error(
          "the network answers an observation with {}: its weights are broken, because "
          "learning diverged (a smaller agent.learning_rate may help) or because its file "
          "is damaged",
          x);
}

}  // namespace tengen
