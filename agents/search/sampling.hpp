// Actions drawn by chance.
#pragma once

#include "core/rng.hpp"

#include <cstdint>
#include <span>

namespace tengen {

/// An action drawn from softmax(logits) over the legal ones; `scratch` has room for one a logit.
int sample_policy(std::span<const float> logits, std::span<const std::uint8_t> legal, Rng& rng,
                  std::span<float> scratch);
/// The same, uniformly.
int sample_legal(std::span<const std::uint8_t> legal, Rng& rng);

}  // namespace tengen
