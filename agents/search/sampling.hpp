// Draws of actions.
#pragma once

#include "core/rng.hpp"

#include <cstdint>
#include <span>

namespace tengen {

/// Draws an action from softmax(logits) over the legal ones, of which there must be one. `legal`
/// and `scratch` have one element per logit.
int sample_policy(std::span<const float> logits, std::span<const std::uint8_t> legal, Rng& rng,
                  std::span<float> scratch);
/// Draws one of the legal actions uniformly.
int sample_legal(std::span<const std::uint8_t> legal, Rng& rng);

}  // namespace tengen
