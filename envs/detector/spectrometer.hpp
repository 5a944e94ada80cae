// SpectroTune-v0: a dipole spectrometer behind a target, whose stations and magnet are real
// numbers.
#pragma once

#include "core/config.hpp"
#include "envs/detector/tune.hpp"

#include <string>
#include <vector>

namespace tengen::detector {

/// A target at z = 0, eight stations of silicon strips or straws along 10 m, and a dipole. Lengths
/// in cm.
struct Spectrometer {
  static constexpr int kStations = 8;
  std::array<double, kStations> station{};  ///< z, growing
  double magnet_middle = 0, magnet_length = 0, field_tesla = 0;
  double half_gap = 0;  ///< of the magnet's square aperture
};
inline constexpr double kStationResolution = 0.02, kStationLengths = 0.005;  ///< cm; x/X0
inline constexpr double kStationHalfSize = 60;                               ///< cm
inline constexpr std::array<double, 3> kSpectrometerGev{5, 20, 100};

/// σ(p)/p of a track along z: least squares for position, angle and curvature in the field, with
/// scattering in every station (least_squares.hpp; angles small, field uniform inside, none
/// outside).
double spectrometer_resolution(const Spectrometer& spectrometer, double p_gev);
/// The rms of p of `tracks` simulated ones, number i from rng.split(i).
double simulate_spectrometer(const Spectrometer& spectrometer, double p_gev, int tracks,
                             const Rng& rng);
/// The share of tracks from the target that pass the magnet and all stations; angles in either view
/// are normal with rms kAngleSpread, and bending is neglected.
double spectrometer_acceptance(const Spectrometer& spectrometer);
inline constexpr double kAngleSpread = 0.1;
/// Energy of the field in the aperture, B²/2µ0 × volume, MJ.
double stored_energy_mj(const Spectrometer& spectrometer);

/// Twelve knobs: the stations' z, up to 3 m before and behind equidistant places, within 20 to 1000
/// cm and taken in order; the magnet's middle from 150
/// to 850 cm and length from 50 to 300 cm, its field from 0.1 to 2 T and half gap from 10 to 100
/// cm, the last two by logarithm. A field of more than `energy_mj` of stored energy is lowered to
/// that. R = 2 ln(A/A_ref) − ½ mean of ln(σ_p/σ_ref) at 5, 20, 100 GeV: ln of the significance Z ∝
/// ε²/√σ_m of a resonance with two tracks. The reference has stations at 50, 100, 150, 200, 500,
/// 600, 700, 800 cm, a magnet from 250 to 450 cm and a half gap of 40 cm.
struct SpectroTask {
  static constexpr const char* kName = "SpectroTune-v0";
  static constexpr int kMostKnobs = Spectrometer::kStations + 4, kFeatures = 3 + 1 + 1;
  static constexpr double kWorst = -6;
  struct Value {
    double reward = kWorst;
    double acceptance = 0;
    std::array<double, 3> resolution{};
  };

  double energy_mj = 1;

  [[nodiscard]] int knobs() const { return kMostKnobs; }
  [[nodiscard]] bool valid() const { return energy_mj > 0; }
  template <class Real>
  [[nodiscard]] Spectrometer build(std::span<const Real> knobs) const;
  [[nodiscard]] Spectrometer reference() const;
  [[nodiscard]] Value value(std::span<const float> knobs) const;
  [[nodiscard]] Value value(std::span<const double> knobs) const;
  [[nodiscard]] Value value(std::span<const double> knobs, int tracks, const Rng& rng) const;
  /// ln(σ_p/σ_ref)/3 by momentum, the acceptance, the share of the greatest field.
  void features(const Value& value, FeatureWriter& write) const;
  void draw(std::span<const float> knobs, const Value& value, float best, Canvas& canvas) const;
  [[nodiscard]] std::string json(std::span<const double> knobs) const;
  [[nodiscard]] std::vector<std::string> names() const;
};
/// Option `energy_mj` (1).
SpectroTask read_spectro(const Config& options);

using SpectroTune = Tune<SpectroTask>;

}  // namespace tengen::detector
