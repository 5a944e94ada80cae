// CartPoleNoVel-v0, PendulumNoVel-v0: only positions are seen, so that velocities must be inferred.
#pragma once

#include "envs/environment.hpp"

#include <array>

namespace tengen {

/// E with the dynamics, rewards and ends of E, but only the columns E::kPositions of its
/// observation, in their order and within ±E::kPositionBound. Its name is E's without the version,
/// followed by NoVel-v0.
template <Environment E>
struct NoVelocity : E {
  [[nodiscard]] EnvSpec spec() const {
    constexpr auto kCount = static_cast<int>(E::kPositions.size());
    EnvSpec spec = E::spec();
    spec.name = spec.name.substr(0, spec.name.find('-')) + "NoVel-v0";
    spec.observation = {{kCount}, tengen::Element::kFloat, -E::kPositionBound, E::kPositionBound};
    return spec;
  }

  void observe(std::span<float> out) const {
    std::array<float, E::kColumns> whole;
    E::observe(whole);
    for (std::size_t i = 0; i < E::kPositions.size(); ++i) out[i] = whole[E::kPositions[i]];
  }
};

}  // namespace tengen
