// Electromagnetic showers of electrons by Grindhammer and Peters's parametrisation.
#pragma once

#include "core/rng.hpp"
#include "envs/detector/materials.hpp"

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
  /// does not have: 0 up to Z = 66, 0.0047 more for each Z, 0.038 at most; our fit to the depths of
  /// 95 and 98 % in EGSnrc's showers in PbWO4, W and Pb.
  double tail = 0;
};
Medium homogeneous_medium(const Material& material);
/// Cells of `absorber_cm` and `active_cm`; homogeneous where one of the two is 0.
Medium sampling_medium(const Material& absorber, double absorber_cm, const Material& active,
                       double active_cm);

/// One longitudinal profile: energy per depth (βt)^(α−1) β e^(−βt)/Γ(α) (Longo and Sestili 1975),
/// of which a share `tail` is stretched to twice the depth.
struct Profile {
  double alpha = 0, beta = 0;  ///< β per X0
  double tail = 0;

  static constexpr double kStretch = 2;

  [[nodiscard]] double maximum() const { return (alpha - 1) / beta; }  ///< T, X0; without the tail
  [[nodiscard]] double mean_depth() const {                            ///< X0
    return alpha / beta * (1 + tail * (kStretch - 1));
  }
  [[nodiscard]] double density(double depth) const;
  /// The fraction of the energy up to this depth.
  [[nodiscard]] double within(double depth) const;
  /// The depth that holds this fraction, 0 < fraction < 1.
  [[nodiscard]] double containing(double fraction) const;
};
/// Average over showers of `energy_gev`.
Profile average_profile(const Medium& medium, double energy_gev);

/// How ln T and ln α of single showers are distributed: jointly normal.
struct Fluctuation {
  double mean_ln_t = 0, mean_ln_alpha = 0;
  double sigma_ln_t = 0, sigma_ln_alpha = 0, correlation = 0;
  double smallest_beta = 0, tail = 0;  ///< as of the medium

  /// The shower of two standard normals. Where the draw would decay more slowly than photons can,
  /// α is raised until it does not: the paper's logarithms are blind to that, and at 1 GeV in iron
  /// overstate the leakage's rms threefold without.
  [[nodiscard]] Profile shower(double z1, double z2) const;
};
/// The energy must be at least kSmallestRatio critical energies, below which the logarithms lose
/// their sense; it is taken as that where it is less.
Fluctuation fluctuation(const Medium& medium, double energy_gev);
inline constexpr double kSmallestRatio = 20;

/// Energy by radius at one depth, in R_M: core and tail, each 2 r R²/(r² + R²)².
struct RadialProfile {
  double core = 0, tail = 0;  ///< R_C, R_T
  double core_fraction = 0;   ///< p

  /// The fraction within r.
  [[nodiscard]] double within(double r) const;
  /// A draw of r.
  double sample(Rng& rng) const;
};
/// `tau` is the depth in units of the average depth of the maximum. The paper's R_T is multiplied
/// by exp(−0.146 + 0.0387 ln Z − 13.9 E_c/E), our fit to EGSnrc's radii of 90 % in seven materials,
/// which unlike the paper's do not shrink with energy.
RadialProfile radial_profile(const Medium& medium, double energy_gev, double tau);
/// The number of equal spots a homogeneous shower's energy is laid down in, 93 ln Z E^0.876: what
/// makes the energy inside a radius fluctuate (section 3.3).
double spots(const Medium& medium, double energy_gev);
/// The fraction of the energy within `depth` X0 and `radius` R_M of the average shower; a radius or
/// depth of infinity is allowed.
double contained(const Medium& medium, double energy_gev, double depth, double radius);

}  // namespace tengen::detector
