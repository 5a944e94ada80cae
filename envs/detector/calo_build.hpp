// CaloBuild-v0: a sampling calorimeter is built, segment by segment, within a budget.
#pragma once

#include "envs/detector/calo_task.hpp"
#include "envs/environment.hpp"

namespace tengen::detector {

/// The designer adds segments (equal layers of absorber and active material) behind each other, at
/// most twelve and 120 layers, until it stops. A segment takes four steps: absorber, thickness,
/// active layer, repeats. This is our form of a MultiDiscrete action: one Discrete space of 31
/// actions, of which the mask leaves those of the step that is due. Masks are exact: a choice is
/// legal where some completion of the segment fits what is left of cost, length and layers. STOP
/// (legal at every first step) or the twelfth segment ends the episode; so does an illegal action,
/// with the least reward.
///
/// The reward comes at the end: R of calo_task.hpp, by the formulas or by `showers` simulated
/// showers of each of three energies. Every segment earns 0. With `shaping` it earns what R (any
/// depth allowed) grows by, and the end earns what is left, so that the sum stays R:
/// potential-based shaping with discount 1 (Ng, Harada and Russell 1999).
///
/// The observation has kObservation floats in [−1, 1]: what is left of cost, length, layers,
/// segments; depth in 40 X0 and in 4 λ_I; the context (10); the step that is due (4); the choices
/// so far of the segment in hand (22); R/3 so far; the mean share of a shower that stays inside, by
/// energy (3); twelve times eight numbers of a segment: Z/82 of the absorber, its thickness in 2
/// X0, Z/18 and thickness in 8 mm of the active layer, 4 f_mip, layers/16, depth of its front in 40
/// X0, share of the budget.
struct CaloBuild {
  using Element = float;
  using Action = int;
  static constexpr const char* kName = "CaloBuild-v0";

  enum Phase : std::uint8_t { kAbsorber, kThickness, kActive, kRepeat };
  static constexpr int kStop = 4, kFirstThickness = 5, kFirstActive = 13, kFirstRepeat = 23,
                       kActions = 31;
  static constexpr int kObservation = 6 + 10 + 4 + 22 + 1 + 3 + 8 * kMostSegments;

  // Options.
  CaloContext context{};
  bool monte_carlo = false, random = false, shaping = false;
  bool common = true;  ///< all designs get the same random numbers
  int showers = 512;

  // State.
  CaloPlan plan{};
  CaloChoice pending{};  ///< of the segment in hand, as far as `phase` has come
  Phase phase = kAbsorber;
  bool finished = false;
  CaloValue value{};  ///< of the plan by the formulas
  float reward = 0;   ///< R, when finished
  float best = -10;   ///< the largest R of an episode that ended in this lane, for the picture

  [[nodiscard]] EnvSpec spec() const;
  void reset(Rng& rng);
  Outcome step(int action, Rng& rng);
  void observe(std::span<float> out) const;
  void legal(std::span<std::uint8_t> mask) const;
  void draw(Canvas& canvas) const;
  [[nodiscard]] bool valid() const {
    return context.valid() && plan.valid() && pending.valid() && phase <= kRepeat && showers > 0;
  }

 private:
  [[nodiscard]] bool is_legal(int action) const;
  [[nodiscard]] bool completes(CaloChoice choice, Phase fixed) const;
  [[nodiscard]] float told() const {  // how much of R the learner has got
    return shaping && plan.count > 0 ? static_cast<float>(value.unclipped) : 0;
  }
  Outcome add_segment(Rng& rng);
  Outcome finish(float already, Rng& rng);
  Outcome lose();
};

}  // namespace tengen::detector
