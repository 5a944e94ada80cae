// Energy loss of charged particles by ionisation: its mean, its most probable value and its spread.
#pragma once

#include "physics/materials.hpp"

namespace tengen::detector {

/// A heavy charged particle (not an electron) in flight.
struct Projectile {
  double mass_mev = kMuonMev;
  double beta_gamma = 1;  ///< p / m, > 0
  double charge = 1;      ///< in e

  static Projectile with_kinetic(double mass_mev, double kinetic_mev, double charge = 1);

  [[nodiscard]] double momentum_mev() const { return mass_mev * beta_gamma; }
  [[nodiscard]] double beta_squared() const {
    return beta_gamma * beta_gamma / (1 + beta_gamma * beta_gamma);
  }
  /// The most energy it can give one electron, W_max (PDG eq. 34.4), MeV.
  [[nodiscard]] double largest_transfer_mev() const;
};

/// δ(βγ) in Sternheimer's parametrisation (PDG eq. 34.7).
double density_effect(const DensityEffect& material, double beta_gamma);
/// Sternheimer and Peierls's general form for solids and liquids (Phys. Rev. B 3 (1971) 3681), from
/// the mean excitation energy I and ħω_p, eV. The PDG falls back on it where nobody has computed a
/// compound's own.
DensityEffect general_density_effect(double excitation_ev, double plasma_ev);
/// Mean loss −⟨dE/dx⟩ by Bethe's equation (PDG eq. 34.5), MeV cm²/g, for 0.1 ≲ βγ ≲ 1000 and
/// without radiation.
double mean_loss(const Material& material, const Projectile& projectile);
/// The part of it in transfers below `cut_mev` to one electron (PDG eq. 34.8), MeV cm²/g.
double restricted_loss(const Material& material, const Projectile& projectile, double cut_mev);
/// Mean energy left in a layer of x g/cm², MeV. By our simplification δ-rays whose practical range
/// exceeds the layer leave it, and the loss is constant along the way.
double mean_deposit(const Material& material, const Projectile& projectile, double x_gcm2);
/// The energy, MeV, of an electron with practical range x g/cm² (Katz and Penfold 1952:
/// R = 0.412 T^(1.265 − 0.0954 ln T), meant for 0.01 to 2.5 MeV).
double electron_energy_of_range(double x_gcm2);

struct MinimumIonisation {
  double loss = 0;        ///< MeV cm²/g
  double beta_gamma = 0;  ///< where
};
/// The minimum of mean_loss for muons.
MinimumIonisation minimum_ionisation(const Material& material);
/// Range of a muon in the continuous-slowing-down approximation, g/cm²: ∫ dT / mean_loss from 5 MeV
/// up, and the rest by scaling. Radiation is left out, so it holds up to a few GeV.
double muon_range(const Material& material, double kinetic_mev);

/// Landau and Vavilov's distribution of the loss in a thin layer (PDG eq. 34.12; Bichsel 1988).
struct Straggling {
  double xi_kev = 0;             ///< ξ = (K/2)(Z/A) z² x/β²; full width at half maximum 4.02 ξ
  double most_probable_kev = 0;  ///< Δ_p
};
Straggling straggling(const Material& material, const Projectile& projectile, double x_gcm2);

/// Landau's density φ(λ) = 1/π ∫ e^(−u ln u − λu) sin πu du, by quadrature. Its error is below 1e-6
/// for −4 ≤ λ ≤ 50; it is too slow for hot loops.
double landau_density(double lambda);
inline constexpr double kLandauMode = -0.22278;  ///< where φ is largest

}  // namespace tengen::detector
