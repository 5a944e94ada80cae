// Phones as detectors of air showers: what their camera sensors see, and whether an array triggers.
#pragma once

#include <span>

namespace tengen::detector {

/// Muons of an air shower per m² at `distance_m` from its core: Greisen's lateral distribution
/// ρ = 1.25 N_µ/(2π Γ(1.25)) (1/320)^1.25 r^−0.75 (1 + r/320)^−2.5 with N_µ = 0.95e5 (N_e/1e6)^¾
/// and E = 3.9e6 GeV (N_e/1e6)^0.9 (Particle Data Group, review of cosmic rays, air showers).
/// Vertical showers; 10 ≤ distance, nearer ones are taken as that.
double muon_density(double energy_gev, double distance_m);

/// Area times efficiency of one phone's sensor, m², of the order that CRAYFIS takes (Whiteson et
/// al., Astropart. Phys. 79 (2016) 1).
inline constexpr double kPhoneArea = 5e-5;
/// That a phone is hit: 1 − exp(−ρ A ε).
double phone_hit_probability(double density);

/// P(at least `least` of independent events happen), each with its probability: the
/// Poisson-binomial tail, exact. least ≤ 64.
double poisson_binomial_tail(std::span<const double> probabilities, int least);
/// The same where events are many and rare and `mean` are expected: 1 − Σ_{k < least} Poisson. Off
/// by at most the sum of squares of the probabilities (Le Cam 1960).
double poisson_tail(double mean, int least);

}  // namespace tengen::detector
