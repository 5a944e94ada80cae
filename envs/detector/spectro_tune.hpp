// SpectroTune-v0: the stations and the magnet of a dipole spectrometer are real numbers to be
// tuned.
#pragma once

#include "core/config.hpp"
#include "envs/detector/tune.hpp"
#include "physics/spectrometer.hpp"

#include <string>
#include <vector>

namespace tengen::detector {

inline constexpr std::array<double, 3> kSpectrometerGev{5, 20, 100};  ///< momenta that count

/// The twelve knobs are the stations' z, up to 3 m before and behind equidistant places, within 20
/// to 1000 cm and taken in order; the magnet's middle from 150 to 850 cm and length from 50 to 300
/// cm, its field from 0.1 to 2 T and half gap from 10 to 100 cm, the last two by logarithm. A field
/// of more than `energy_mj` of stored energy is lowered to that. R = 2 ln(A/A_ref) − ½ mean of
/// ln(σ_p/σ_ref) at 5, 20, 100 GeV: ln of the significance Z ∝ ε²/√σ_m of a resonance with two
/// tracks. The reference has stations at 50, 100, 150, 200, 500, 600, 700, 800 cm, a magnet from
/// 250 to 450 cm and a half gap of 40 cm.
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
  /// Writes ln(σ_p/σ_ref)/3 by momentum, the acceptance, and a tenth of the stored energy allowed.
  void features(const Value& value, FeatureWriter& write) const;
  void draw(std::span<const float> knobs, const Value& value, float best, Canvas& canvas) const;
  [[nodiscard]] std::string json(std::span<const double> knobs) const;
  [[nodiscard]] std::vector<std::string> names() const;
};
/// Reads the option `energy_mj` (1).
SpectroTask read_spectro(const Config& options);

using SpectroTune = Tune<SpectroTask>;

}  // namespace tengen::detector
