// TrackerBuild-v0: layers of silicon are placed around a beam, from the inside.
#pragma once

#include "envs/detector/tracker_task.hpp"
#include "envs/environment.hpp"

namespace tengen::detector {

/// Thirty radial slots from 3 to 110 cm. An action jumps outwards to a slot and puts a layer there:
/// slot × 3 + technology, or the last action, STOP. The mask is exact: a layer is legal where four
/// layers can still be completed within cost and material, at most ten; STOP from the fourth on.
/// The identical-layer problem (tracker.hpp) has the thirty slots as actions, no limits, and ends
/// with the sixth layer; best_six_slots() finds its optimum. An illegal action ends the episode
/// with the least reward.
///
/// The reward comes at the end: R of tracker_task.hpp, by the formulas or by simulated tracks. With
/// `shaping` every layer from the third on earns what R grows by, and the sum stays R.
///
/// The observation has kObservation floats in [−1, 1]: a one-hot technology for each slot (90);
/// what is left of budget and material, budget in 10,000, material in 0.5, layers/10, the outermost
/// slot/30, whether the problem is the identical one; ln(metric/reference)/3 of σ(p_T) and of σ(d0)
/// at 1, 10, 100 GeV (6, 0 below three layers).
struct TrackerBuild {
  using Element = float;
  using Action = int;
  static constexpr const char* kName = "TrackerBuild-v0";

  static constexpr int kTechnologyCount = static_cast<int>(kTechnologies.size());
  static constexpr int kStop = kSlots * kTechnologyCount;
  static constexpr int kObservation = kStop + 7 + 6;

  // Options.
  TrackerContext context{};
  bool monte_carlo = false, random = false, shaping = false;
  bool common = true;  ///< all designs get the same random numbers
  int tracks = 512;

  // State.
  TrackerPlan plan{};
  bool finished = false;
  TrackerValue value{};  ///< of the plan by the formulas
  float reward = 0;      ///< R, when finished
  float best = -10;      ///< the largest R of an episode that ended in this lane, for the picture

  [[nodiscard]] EnvSpec spec() const;
  void reset(Rng& rng);
  Outcome step(int action, Rng& rng);
  void observe(std::span<float> out) const;
  void legal(std::span<std::uint8_t> mask) const;
  void draw(Canvas& canvas) const;
  [[nodiscard]] bool valid() const { return plan.valid() && tracks > 0; }

  /// Slot and technology of an action that is not STOP.
  struct Layer {
    int slot, technology;
  };
  static Layer layer_of(int action, bool identical) {
    if (identical) return {action, 1};
    return {action / kTechnologyCount, action % kTechnologyCount};
  }

 private:
  [[nodiscard]] bool is_legal(int action) const;
  [[nodiscard]] float told() const {  // how much of R the learner has got
    return shaping && plan.count >= kLeastTrackerLayers ? static_cast<float>(value.reward) : 0;
  }
};

}  // namespace tengen::detector
