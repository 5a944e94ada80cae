// How single photons are told from neutral pions, by the width of their showers.
#pragma once

#include "physics/calorimeter.hpp"

namespace tengen::detector {

/// π0 → γγ reaches the calorimeter's face kFlightCm after its decay, as photons of z E and
/// (1 − z) E, z uniform, apart by d = m D/(E √(z (1 − z))). Seen from the centre of energy that
/// adds z (1 − z) d² = (m D/E)² to the second moment of the energy's distance from the axis,
/// whatever z. A photon's own moment fluctuates, since it is the mean over as many quanta of energy
/// as the resolution tells, N = (E/σ)². A cut that keeps kPhotonsKept of the photons takes the
/// pions below it for photons.
///
/// The moment is of what is within two R_M of the axis, R_M being the mean over the shower. A
/// photon of a pair that is further away is a second cluster and gives the pion away, unless it has
/// less than kSeenGev: then the other passes for a photon. Lateral profiles are Grindhammer and
/// Peters's, and a photon's is like an electron's; cells across are finer than the showers. The
/// model is ours.
inline constexpr double kFlightCm = 150, kSeenGev = 0.1, kPhotonsKept = 0.9;

/// The share of the π0 of an energy that are taken for photons, at least 0.005; `core` is what the
/// stack's core() says of that energy. By the formulas: the moment is normally distributed.
double pions_taken(const CaloStack& stack, const CaloResult& core);
/// The same by drawing quanta, half of the `showers` ≥ 20 as photons and half as pions; shower
/// number i comes from rng.split(i).
double pions_taken(const CaloStack& stack, const CaloResult& core, int showers, const Rng& rng);

}  // namespace tengen::detector
