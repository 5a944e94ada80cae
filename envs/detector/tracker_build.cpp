#include "envs/detector/tracker_build.hpp"

#include "core/usize.hpp"
#include "envs/detector/feature_writer.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {

EnvSpec TrackerBuild::spec() const {
  Discrete actions;
  if (context.identical) {
    actions.n = kSlots;
    for (int slot = 0; slot < kSlots; ++slot)
      actions.names.push_back(fmt::format("{:.1f} cm", slot_radius_cm(slot)));
  } else {
    actions.n = kStop + 1;
    for (int action = 0; action < kStop; ++action) {
      const auto [slot, technology] = layer_of(action, false);
      actions.names.push_back(
          fmt::format("{} {:.1f} cm", kTechnologies[usize(technology)].name, slot_radius_cm(slot)));
    }
    actions.names.emplace_back("STOP");
  }
  return {.name = kName,
          .observation = {{kObservation}, tengen::Element::kFloat, -1, 1},
          .action = std::move(actions),
          .steps_per_second = 2};
}

void TrackerBuild::reset(Rng& rng) {
  if (random) {
    const bool identical = context.identical;
    context = random_tracker_context(rng);
    context.identical = identical;
  }
  plan = {};
  finished = false;
  value = {};
  reward = 0;
}

bool TrackerBuild::is_legal(int action) const {
  if (!context.identical && action == kStop) return plan.complete(context);
  const auto [slot, technology] = layer_of(action, context.identical);
  return plan.fits(slot, technology, context);
}

Outcome TrackerBuild::step(int action, Rng& rng) {
  const float before = told();
  if (!is_legal(action)) {
    finished = true;
    reward = kWorstTracker;
    return {reward - before, true};
  }
  if (context.identical || action != kStop) {
    const auto [slot, technology] = layer_of(action, context.identical);
    plan.add(slot, technology);
    value = tracker_value(plan, context);
    if (!context.identical || !plan.complete(context)) return {told() - before, false};
  }
  finished = true;
  reward = static_cast<float>(value.reward);
  if (monte_carlo) {
    const Rng random_numbers(common ? 0 : rng.next64());
    reward = static_cast<float>(tracker_value(plan, context, tracks, random_numbers).reward);
  }
  best = std::max(best, reward);
  return {reward - before, true};
}

void TrackerBuild::legal(std::span<std::uint8_t> mask) const {
  for (std::size_t action = 0; action < mask.size(); ++action)
    mask[action] = is_legal(static_cast<int>(action)) ? 1 : 0;
}

void TrackerBuild::observe(std::span<float> out) const {
  FeatureWriter write(out);
  for (const int technology : plan.technology) write.one_hot(technology, kTechnologyCount);
  write(context.identical ? 1 : 1 - plan.cost / context.budget);
  write(context.identical ? 1 : 1 - plan.material / context.material);
  write(context.budget / TrackerContext::kMostBudget);
  write(context.material / TrackerContext::kMostMaterial);
  write(plan.count / double{kMostBuiltLayers});
  write((plan.last + 1) / double{kSlots});
  write(context.identical ? 1 : 0);
  const bool measures = plan.count >= kLeastTrackerLayers;
  for (std::size_t i = 0; i < kScoredPt.size(); ++i) {
    write(measures ? value.score.log_momentum[i] / 3 : 0);
    write(measures ? value.score.log_impact[i] / 3 : 0);
  }
  write.finish();
}

}  // namespace tengen::detector
