// Cosmic-ray muons at sea level: flux by energy and angle, and draws from it.
#pragma once

#include "core/rng.hpp"

#include <vector>

namespace tengen::detector {

/// Which formula. Both are of cm⁻² s⁻¹ sr⁻¹ GeV⁻¹ at total energy E, GeV, and zenith angle θ.
enum class MuonFlux {
  kGuan,  ///< Gaisser's, modified at low energy and for the Earth's curve: Guan et al., 1509.06176
  kShukla,  ///< Shukla and Sankrith, 1606.06907
};
/// Through an area across the direction. 0 < cosine ≤ 1.
double muon_flux(MuonFlux formula, double energy_gev, double cosine);
/// ∫ dE from `from_gev`, cm⁻² s⁻¹ sr⁻¹.
double muon_intensity(MuonFlux formula, double from_gev, double cosine);

/// Mean of those from straight above, GeV.
double vertical_mean_energy(MuonFlux formula, double from_gev);

/// Through a horizontal plane, above `from_gev`.
struct MuonRate {
  double per_cm2_minute = 0;
  double mean_energy_gev = 0;
};
MuonRate muon_rate(MuonFlux formula, double from_gev);

struct CosmicMuon {
  double energy_gev = 0, cosine = 1, azimuth = 0;  ///< azimuth in [0, 2π)
};
/// Draws muons that cross a horizontal plane: from a table of 256 energies by 64 cosines, uniform
/// in ln E and cos θ inside its cells.
class MuonSource {
 public:
  MuonSource(MuonFlux formula, double from_gev, double to_gev = 10'000);
  CosmicMuon sample(Rng& rng) const;

 private:
  double log_from_, log_step_;
  std::vector<double> cumulative_;  // of cells, energies within cosines
};

}  // namespace tengen::detector
