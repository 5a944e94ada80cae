// Choosing among legal actions.
#pragma once

#include "core/check.hpp"
#include "core/rng.hpp"
#include "core/view.hpp"

#include <cstdint>
#include <span>

namespace tengen {

/// Uniform over the legal ones of `actions` actions; an empty mask allows all.
inline std::int32_t random_action(int actions, std::span<const std::uint8_t> legal, Rng& rng) {
  if (legal.empty())
    return static_cast<std::int32_t>(rng.below(static_cast<std::uint32_t>(actions)));
  std::uint32_t count = 0;
  for (const std::uint8_t allowed : legal) count += allowed;
  TENGEN_CHECK(count > 0, "no action is legal");
  std::uint32_t k = rng.below(count);
  std::int32_t action = 0;
  while (legal[static_cast<std::size_t>(action)] == 0 || k-- > 0) ++action;
  return action;
}

/// The mask of lane `lane`, or an empty one where the environment does not mask.
inline std::span<const std::uint8_t> legal_row(const MaskView& legal, int lane) {
  if (legal.empty()) return {};
  return legal.row(lane);
}

}  // namespace tengen
