// Electromagnetic showers of electrons, by Grindhammer and Peters's parametrisation.
#pragma once

#include "core/rng.hpp"
#include "physics/materials.hpp"

#include <cmath>

namespace tengen::detector {

/// What the parametrisation needs to know of the matter a shower develops in (G. Grindhammer and
/// S. Peters, "The parameterized simulation of electromagnetic showers in homogeneous and sampling
/// calorimeters", hep-ex/0001020; equation numbers below are of sections there). Depths t are in X0
/// of this medium.
///
/// Its critical energy is the paper's own, 2.66 MeV (X0 Z/A)^1.1 with X0 in g/cm², not Rossi's: to
/// take another shifts the maximum by 0.2 to 0.3 X0.
struct Medium {
  double z = 0;             ///< by mass
  double critical_gev = 0;  ///< the paper's
  double inverse_fs = 0;    ///< 1/F_S: a sampling cell's thickness in X0; 0 where homogeneous
  double e_hat = 1;         ///< 1/(1 + 0.007 (Z_passive − Z_active)); 1 where homogeneous
  double radiation_cm = 0;  ///< X0
  double moliere_cm = 0;    ///< R_M = X0 E_s/E_c with that critical energy

  /// The smallest β a shower can have: attenuation per X0 of the most penetrating photons, whose
  /// minimum in NIST's XCOM tables, times X0, is 1.25 Z^−0.35 within 7 % from C to U.
  double smallest_beta = 0;
  /// The share of the energy in the deep tail of penetrating photons (see Profile), which the paper
  /// does not have, times y = ln(E/E_c): 0 up to Z = 66, 0.023 more for each Z, 0.186 at most; our
  /// fit to the depths of 95 and 98 % in EGSnrc's showers in PbWO4, W and Pb.
  double tail = 0;
};
Medium homogeneous_medium(const Material& material);
/// The medium of cells of `absorber_cm` and `active_cm`, which is homogeneous where one of the two
/// is 0.
Medium sampling_medium(const Material& absorber, double absorber_cm, const Material& active,
                       double active_cm);

/// The longitudinal profile of a shower: energy per depth (βt)^(α−1) β e^(−βt)/Γ(α) (Longo and
/// Sestili 1975), t from `start` on, of which a share `tail` is stretched to twice the depth.
struct Profile {
  double alpha = 0, beta = 0;  ///< β per X0
  double tail = 0;
  double start = 0;  ///< X0; 0 but in a shower that begins late

  static constexpr double kStretch = 2;

  [[nodiscard]] double maximum() const {  ///< T, X0; without the tail
    return start + (alpha - 1) / beta;
  }
  [[nodiscard]] double mean_depth() const {  ///< X0
    return start + alpha / beta * (1 + tail * (kStretch - 1));
  }
  [[nodiscard]] double density(double depth) const;
  /// The fraction of the energy up to this depth.
  [[nodiscard]] double within(double depth) const;
  /// The depth that holds this fraction, 0 < fraction < 1.
  [[nodiscard]] double containing(double fraction) const;
};
/// The average over showers of `energy_gev`.
Profile average_profile(const Medium& medium, double energy_gev);

/// How ln T and ln α of single showers are distributed, which is jointly normal. In homogeneous
/// matter their correlation is not the paper's 0.705 − 0.023 ln y but 0.78, the mean of EGSnrc's
/// moments in seven materials: with the paper's, the deep end of showers scatters up to twice too
/// much.
///
/// Besides, some showers begin late, which the paper does not have and which rules how leakage
/// scatters: in its first X0 an electron gives more than 9/10 of its energy to a single photon with
/// probability ∫ (4/3 − 4y/3 + y²) dy/y = 0.102, y from 0.9 to 1 (Tsai 1974; PDG eq. 34.29), and
/// that photon travels 9/7 X0 on average before it converts.
struct Fluctuation {
  double mean_ln_t = 0, mean_ln_alpha = 0;
  double sigma_ln_t = 0, sigma_ln_alpha = 0, correlation = 0;
  double smallest_beta = 0;  ///< as of the medium
  double tail = 0;           ///< as of the profile

  static constexpr double kLate = 0.102, kLatePath = 9.0 / 7;  ///< X0
  /// Where the shower begins, X0, given a number uniform in (0, 1): at 0 for most.
  [[nodiscard]] static double start(double uniform) {
    return uniform < kLate ? -kLatePath * std::log(uniform / kLate) : 0;
  }

  /// The shower that two standard normal numbers stand for, from `start` on. Where the draw would
  /// decay more slowly than photons can, α is raised until it does not: the paper's logarithms are
  /// blind to that, and at 1 GeV in iron overstate the leakage's rms threefold without.
  [[nodiscard]] Profile shower(double z1, double z2, double start = 0) const;
};
/// An energy below kSmallestRatio critical energies, where the logarithms lose their sense, is
/// taken as that.
Fluctuation fluctuation(const Medium& medium, double energy_gev);
inline constexpr double kSmallestRatio = 20;

/// What leaves through the front, as a fraction of the energy: 0.0052 (Z/82)^1.3 E^−0.33 on
/// average, E in GeV, in portions of 6 MeV, so that its variance is the mean times 6 MeV/E; our fit
/// to EGSnrc's showers in seven materials, homogeneous. Stacks neglect it.
struct Albedo {
  double mean = 0, variance = 0;
};
Albedo albedo(const Medium& medium, double energy_gev);

/// How the energy at one depth is distributed over the radius r, in R_M: a core and a tail, each
/// 2 r R²/(r² + R²)².
struct RadialProfile {
  double core = 0, tail = 0;  ///< R_C, R_T
  double core_fraction = 0;   ///< p

  /// The fraction of the energy within r.
  [[nodiscard]] double within(double r) const;
  /// Draws a radius.
  double sample(Rng& rng) const;
};
/// `tau` is the depth in units of the average depth of the maximum. The paper's R_T is multiplied
/// by exp(−0.146 + 0.0387 ln Z − 13.9 E_c/E), our fit to EGSnrc's radii of 90 % in seven materials,
/// which unlike the paper's do not shrink with energy.
RadialProfile radial_profile(const Medium& medium, double energy_gev, double tau);
/// The number of equal spots in which a homogeneous shower lays its energy down, 93 ln Z E^0.876;
/// it makes the energy inside a radius fluctuate (section 3.3).
double spots(const Medium& medium, double energy_gev);
/// The fraction of the energy within `depth` X0 and `radius` R_M of the average shower; a radius or
/// depth of infinity is allowed.
double contained(const Medium& medium, double energy_gev, double depth, double radius);

}  // namespace tengen::detector
