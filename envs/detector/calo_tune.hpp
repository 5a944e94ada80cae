// CaloTune-v0: a calorimeter of lead and scintillator whose thicknesses are real numbers.
#pragma once

#include "envs/detector/calo_task.hpp"
#include "envs/detector/tune.hpp"

namespace tengen::detector {

/// Four or eight segments have three knobs each: lead from 0.1 to 2 X0 and scintillator from 1 to 8
/// mm, by logarithm, and layers from 0 to 40, rounded. What no longer fits budget, length and 120
/// layers is not built, from the back. R is that of CaloBuild.
struct CaloTuneTask {
  static constexpr const char* kName = "CaloTune-v0";
  static constexpr int kLeastSegments = 4, kMostTuned = 8, kMostKnobs = 3 * kMostTuned;
  static constexpr int kFeatures = 3 + 3 + 3;
  static constexpr double kWorst = kWorstReward;
  using Value = CaloValue;

  CaloContext context{};
  int segments = kLeastSegments;

  [[nodiscard]] int knobs() const { return 3 * segments; }
  [[nodiscard]] bool valid() const {
    return segments >= 1 && segments <= kMostTuned && context.valid();
  }
  /// Returns how many segments of `out` are built, and what they cost.
  struct Built {
    std::size_t count = 0;
    double cost = 0;
  };
  template <class Real>
  Built build(std::span<const Real> knobs, std::array<Segment, kMostTuned>& out) const;
  [[nodiscard]] CaloValue value(std::span<const float> knobs) const;
  [[nodiscard]] CaloValue value(std::span<const double> knobs) const;
  [[nodiscard]] CaloValue value(std::span<const double> knobs, int showers, const Rng& rng) const;
  /// Writes ln σ(E)/E and leakage by energy, and the shares of budget, length and layers.
  void features(const CaloValue& value, FeatureWriter& write) const;
  void draw(std::span<const float> knobs, const CaloValue& value, float best, Canvas& canvas) const;
  [[nodiscard]] std::string json(std::span<const double> knobs) const;
  [[nodiscard]] std::vector<std::string> names() const;
};
/// Reads the context's options, and `segments` = 4 or 8.
CaloTuneTask read_calo_tune(const Config& options);

using CaloTune = Tune<CaloTuneTask>;

}  // namespace tengen::detector
