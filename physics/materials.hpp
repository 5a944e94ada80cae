// Materials that detectors are made of, by the Particle Data Group's constants, and rules that mix
// them.
#pragma once

#include "physics/constants.hpp"

#include <array>
#include <span>
#include <string_view>

namespace tengen::detector {

/// Sternheimer's parameters of the density effect (Sternheimer, Berger, Seltzer 1984; PDG tables).
struct DensityEffect {
  double c = 0;           ///< C̄
  double x0 = 0, x1 = 0;  ///< in log₁₀ βγ
  double a = 0, k = 0;
  double delta0 = 0;  ///< conductors only
};

/// An element in a compound.
struct Part {
  int z = 0;
  double a = 0;       ///< g/mol
  double weight = 0;  ///< mass fraction
};

/// One material. `excitation_ev` to `interaction_cm` are measured or tabulated values ("Atomic and
/// nuclear properties of materials", PDG); `parts` is what radiation_length() computes from.
struct Material {
  std::string_view name;
  double z = 0;               ///< atomic number; by mass fraction in a compound
  double z_over_a = 0;        ///< mol/g
  double density = 0;         ///< g/cm³
  double excitation_ev = 0;   ///< mean excitation energy I
  double plasma_ev = 0;       ///< ħω_p
  double radiation_gcm2 = 0;  ///< X0
  double critical_mev = 0;    ///< E_c of electrons, Rossi's definition
  double minimum_loss = 0;    ///< smallest dE/dx, MeV cm²/g
  double interaction_cm = 0;  ///< nuclear interaction length
  DensityEffect density_effect;
  std::array<Part, 3> parts;  ///< unused ones have weight 0

  [[nodiscard]] constexpr double radiation_cm() const { return radiation_gcm2 / density; }
  /// R_M = X0 E_s / E_c, cm (PDG, "Passage of particles through matter", electromagnetic cascades).
  [[nodiscard]] constexpr double moliere_cm() const {
    return radiation_cm() * kScatteringMev / critical_mev;
  }
};

/// All materials that are known: Be C Al Si LAr Fe Cu W Au Pb U PbWO4 Sc (plastic scintillator,
/// PVT) PS Water PE G10.
std::span<const Material> materials();
/// Throws Error with the nearest name if there is none of that name.
const Material& material(std::string_view name);

/// X0 of an element, g/cm² (Tsai, Rev. Mod. Phys. 46 (1974) 815; PDG eq. 34.25): within 1 %.
double radiation_length(int z, double a);
/// X0 of a material from its elements: 1/X0 = Σ w_j / X_j, g/cm².
double radiation_length(const Material& material);
/// Rossi's critical energy by the PDG's fit for solids and liquids, 610 MeV / (Z + 1.24).
double critical_energy_fit(double z);

/// A stack of materials taken as one; mass fractions give X0, E_c and R_M (PDG's mixture rules).
struct Mixture {
  double radiation_cm = 0, critical_mev = 0, moliere_cm = 0, density = 0;
  double z = 0;  ///< by mass
};
/// Mixes `a_cm` of `a` with `b_cm` of `b`; thicknesses are ≥ 0 and not both 0.
Mixture mix(const Material& a, double a_cm, const Material& b, double b_cm);

}  // namespace tengen::detector
