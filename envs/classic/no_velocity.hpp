// CartPoleNoVel-v0, PendulumNoVel-v0: positions only, so that velocities must be inferred.
#pragma once

#include "envs/environment.hpp"

#include <array>

namespace tengen {

/// E, of whose observation only the columns E::kPositions remain; dynamics, rewards and ends are
/// E's. Observation: those columns in their order, within ±E::kPositionBound. Named as E with NoVel
/// before the version, which is v0.
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
