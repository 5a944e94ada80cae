// A dipole spectrometer behind a fixed target: how sharply it measures momenta, and what it
// accepts.
#pragma once

#include "core/rng.hpp"

#include <array>

namespace tengen::detector {

/// A target at z = 0, eight stations of silicon strips or straws within 10 m, and a dipole. Lengths
/// are in cm.
struct Spectrometer {
  static constexpr int kStations = 8;
  std::array<double, kStations> station{};  ///< z, growing
  double magnet_middle = 0, magnet_length = 0, field_tesla = 0;
  double half_gap = 0;  ///< of the magnet's square aperture
};
inline constexpr double kStationResolution = 0.02, kStationLengths = 0.005;  ///< cm; x/X0
inline constexpr double kStationHalfSize = 60;                               ///< cm

/// How far the field has bent a track of `p_gev` along the axis aside at `z`, cm; angles are small
/// and the field is uniform inside the magnet and zero outside.
double spectrometer_bend(const Spectrometer& spectrometer, double p_gev, double z);
/// σ(p)/p of a track along z, at most 10: least squares for position, angle and curvature in the
/// field, with scattering in every station (least_squares.hpp).
double spectrometer_resolution(const Spectrometer& spectrometer, double p_gev);
/// The same as the rms of p of `tracks` simulated ones, number i from rng.split(i).
double simulate_spectrometer(const Spectrometer& spectrometer, double p_gev, int tracks,
                             const Rng& rng);
/// The share of tracks from the target that pass the magnet and all stations. Angles in either view
/// are normal with rms kAngleSpread, and bending is neglected.
double spectrometer_acceptance(const Spectrometer& spectrometer);
inline constexpr double kAngleSpread = 0.1;
/// Energy of the field in the aperture, B²/2µ0 × volume, MJ.
double stored_energy_mj(const Spectrometer& spectrometer);

}  // namespace tengen::detector
