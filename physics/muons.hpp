// Cosmic-ray muons at sea level: their flux by energy and angle.
#pragma once

namespace tengen::detector {

/// The formula of the flux in cm⁻² s⁻¹ sr⁻¹ GeV⁻¹ at total energy E, GeV, and zenith angle θ.
enum class MuonFlux {
  kGuan,  ///< Gaisser's, modified at low energy and for the Earth's curve: Guan et al., 1509.06176
  kShukla,  ///< Shukla and Sankrith, 1606.06907
};
/// The flux through an area across the direction, cm⁻² s⁻¹ sr⁻¹ GeV⁻¹; 0 < cosine = cos θ ≤ 1.
double muon_flux(MuonFlux formula, double energy_gev, double cosine);
/// The flux integrated over energies from `from_gev` on, cm⁻² s⁻¹ sr⁻¹.
double muon_intensity(MuonFlux formula, double from_gev, double cosine);

/// The mean energy of muons above `from_gev` that come from straight above, GeV.
double vertical_mean_energy(MuonFlux formula, double from_gev);

/// The rate through a horizontal plane of muons above `from_gev`, cm⁻² min⁻¹.
double muon_rate(MuonFlux formula, double from_gev);

}  // namespace tengen::detector
