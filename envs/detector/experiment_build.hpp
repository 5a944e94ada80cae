// ExperimentBuild-v0: tracker and calorimeter are built under one budget, to find a resonance.
#pragma once

#include "envs/detector/calo_build.hpp"
#include "envs/detector/tracker_build.hpp"

namespace tengen::detector {

/// A resonance X decays to two muons, which the tracker measures, and kElectronRate times as often
/// to two electrons, which the calorimeter does, each particle of kDecayGev across the beam; below
/// both lies the same flat background. A channel's significance is Z ∝ rate × ε/√σ_m, with σ_m/m =
/// σ(p_T)/(√2 p_T), ε = P(four hits or more)² for muons, and σ_m/m = √(σ_E²/E² +
/// kOpeningError²/2)/√2, ε = exp(−2 x/X0) of the tracker for electrons, which must not radiate in
/// it; Z² is the sum of both. P(X|D) = Φ(5 Z/Z_ref − 5). The reference has pixels in slots 0, 2, 4,
/// strips in 12, 20, 29, and the textbook's calorimeter of calo_task.hpp for what is left.
struct ExperimentContext {
  double budget = 1000;       ///< kLeastBudget to kMostBudget
  CaloContext calorimeter{};  ///< its length, readout; the middle energy is kDecayGev
  double reference = 1;       ///< Z of the reference design

  static constexpr double kLeastBudget = 200, kMostBudget = 5000;
  void set_reference();
};
inline constexpr double kDecayGev = 20, kElectronRate = 3;
/// Option `events` (512): how many tracks, and as many showers, a design is simulated with.
int read_events(const Config& options);
/// Reads the options `budget` and, of CaloBuild's, `length_cm`, `photo_electrons`, `noise_mev`,
/// `constant`.
ExperimentContext read_experiment_context(const Config& options);

struct ExperimentValue {
  double muons = 0, electrons = 0;  ///< Z by channel, in units of the reference's of both
  double ratio = 0;                 ///< Z/Z_ref
  [[nodiscard]] double probability() const { return discovery_probability(ratio); }
  /// ln(Z/Z_ref), at least kWorstReward.
  [[nodiscard]] double log_ratio() const;
};
ExperimentValue experiment_value(const TrackerPlan& tracker, std::span<const CaloCell> cells,
                                 const ExperimentContext& context);
/// The same by `events` tracks, from rng.split(0), and showers, from rng.split(1).
ExperimentValue experiment_value(const TrackerPlan& tracker, std::span<const CaloCell> cells,
                                 const ExperimentContext& context, int events, const Rng& rng);

/// First the tracker as in TrackerBuild, then, after its STOP, the calorimeter as in CaloBuild with
/// what is left of the budget; one Discrete space holds the actions of both (91, then 31), and the
/// masks are theirs. The reward at the end is P(X|D); an illegal action ends the episode with 0.
/// The observation has TrackerBuild's, CaloBuild's, whether the calorimeter is being built, the
/// budget left over all of it, and Z/Z_ref by channel, halved.
struct ExperimentBuild {
  using Element = float;
  using Action = int;
  static constexpr const char* kName = "ExperimentBuild-v0";

  static constexpr int kTrackerActions = TrackerBuild::kStop + 1;
  static constexpr int kActions = kTrackerActions + CaloBuild::kActions;
  static constexpr int kObservation = TrackerBuild::kObservation + CaloBuild::kObservation + 4;

  // Options.
  ExperimentContext context{};
  bool monte_carlo = false, random = false;
  bool common = true;  ///< all designs get the same random numbers
  int events = 512;

  // State.
  TrackerBuild tracker{};
  CaloBuild calorimeter{};
  bool calorimeter_now = false, finished = false;
  float reward = 0, best = 0;
  /// Takes the place of padding at the end, which __builtin_clear_padding of GCC 12 does not clear
  /// in a struct of this size, so that equal states are equal bytes in a checkpoint.
  std::uint32_t filler = 0;

  [[nodiscard]] EnvSpec spec() const;
  void reset(Rng& rng);
  Outcome step(int action, Rng& rng);
  void observe(std::span<float> out) const;
  void legal(std::span<std::uint8_t> mask) const;
  void draw(Canvas& canvas) const;
  [[nodiscard]] bool valid() const {
    return context.calorimeter.valid() && tracker.valid() && calorimeter.valid() && events > 0;
  }

 private:
  [[nodiscard]] ExperimentValue value() const;
};

}  // namespace tengen::detector
