#include "envs/detector/calo_build.hpp"

#include "core/usize.hpp"
#include "envs/detector/feature_writer.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

constexpr auto kThicknesses = static_cast<int>(kAbsorberLengths.size());
constexpr auto kActives = static_cast<int>(kActiveLayers.size());
constexpr auto kRepeatChoices = static_cast<int>(kRepeats.size());
static_assert(CaloBuild::kFirstActive == CaloBuild::kFirstThickness + kThicknesses);
static_assert(CaloBuild::kFirstRepeat == CaloBuild::kFirstActive + kActives);
static_assert(CaloBuild::kActions == CaloBuild::kFirstRepeat + kRepeatChoices);

std::vector<std::string> action_names() {
  std::vector<std::string> out(kAbsorbers.begin(), kAbsorbers.end());
  out.emplace_back("STOP");
  for (const double x0 : kAbsorberLengths) out.push_back(fmt::format("{} X0", x0));
  for (const ActiveLayer& a : kActiveLayers)
    out.push_back(fmt::format("{} {:.1f} mm", a.material, 10 * a.cm));
  for (const int n : kRepeats) out.push_back(fmt::format("times {}", n));
  return out;
}

void write_context(const CaloContext& c, FeatureWriter& write) {
  write(c.budget / CaloContext::kMostBudget);
  write(c.length_cm / CaloContext::kMostLength);
  for (const double e : c.energies_gev) write(std::log(e) / 5.5);
  write(std::log10(std::max(c.readout.photo_electrons, 1.0)) / 6);
  write(c.readout.noise_mev / (c.readout.noise_mev + 0.2));
  write(c.readout.constant / 0.02);
  write(c.target == CaloTarget::kResolution ? 1 : 0);
  write(c.target == CaloTarget::kResonance ? 1 : 0);
}

void write_segment(const CaloPlan& plan, int index, double& depth, const CaloContext& context,
                   FeatureWriter& write) {
  if (index >= plan.count) {
    for (int i = 0; i < 8; ++i) write(0);
    return;
  }
  const CaloChoice& choice = plan.segments[usize(index)];
  const CatalogueLayer& layer = catalogue_layer(choice);
  const ActiveLayer& active = kActiveLayers[choice.active];
  write(layer.absorber->z / 82);
  write(kAbsorberLengths[choice.thickness] / 2);
  write(layer.active->z / 18);
  write(active.cm / 0.8);
  write(4 * layer.cell.response.f_mip);
  write(choice.layers() / 16.0);
  write(depth / 40);
  write(choice.layers() * context.price(choice) / context.budget);
  depth += choice.layers() * layer.cell.thickness;
}

}  // namespace

EnvSpec CaloBuild::spec() const {
  return {.name = kName,
          .observation = {{kObservation}, tengen::Element::kFloat, -1, 1},
          .action = Discrete{kActions, action_names()},
          .steps_per_second = 4};
}

void CaloBuild::reset(Rng& rng) {
  if (random) context = random_context(context.target, rng);
  plan = {};
  pending = {};
  phase = kAbsorber;
  finished = false;
  value = {};
  reward = 0;
}

Outcome CaloBuild::step(int action, Rng& rng) {
  if (!is_legal(action)) return lose();
  switch (phase) {
    case kAbsorber:
      if (action == kStop) return finish(0, rng);
      pending = {static_cast<std::uint8_t>(action), 0, 0, 0};
      break;
    case kThickness:
      pending.thickness = static_cast<std::uint8_t>(action - kFirstThickness);
      break;
    case kActive:
      pending.active = static_cast<std::uint8_t>(action - kFirstActive);
      break;
    case kRepeat:
      pending.repeats = static_cast<std::uint8_t>(action - kFirstRepeat);
      return add_segment(rng);
  }
  phase = static_cast<Phase>(phase + 1);
  return {};
}

Outcome CaloBuild::add_segment(Rng& rng) {
  const float before = told();
  plan.add(pending, context);
  std::array<CaloCell, kMostSegments> cells;
  value = calo_value(plan.cells(cells), context);
  phase = kAbsorber;
  const float gain = told() - before;
  if (plan.count == kMostSegments) return finish(gain, rng);
  return {gain, false};
}

Outcome CaloBuild::finish(float already, Rng& rng) {
  finished = true;
  reward = static_cast<float>(value.reward);
  if (monte_carlo) {
    const Rng random_numbers(common ? 0 : rng.next64());
    std::array<CaloCell, kMostSegments> cells;
    reward =
        static_cast<float>(calo_value(plan.cells(cells), context, showers, random_numbers).reward);
  }
  best = std::max(best, reward);
  return {already + (reward - told()), true};
}

// The least reward, less what was paid out of R before.
Outcome CaloBuild::lose() {
  finished = true;
  reward = kWorstReward;
  return {reward - told(), true};
}

// Whether some segment fits that agrees with `choice` in what was chosen up to and with `fixed`.
// Thinner, fewer layers are never dearer nor longer, so that only active layers must be tried.
bool CaloBuild::completes(CaloChoice choice, Phase fixed) const {
  if (fixed < kThickness) choice.thickness = 0;
  if (fixed < kRepeat) choice.repeats = 0;
  if (fixed >= kActive) return plan.fits(choice, context);
  for (int active = 0; active < kActives; ++active) {
    choice.active = static_cast<std::uint8_t>(active);
    if (plan.fits(choice, context)) return true;
  }
  return false;
}

bool CaloBuild::is_legal(int action) const {
  constexpr std::array<int, 5> kFirst{0, kFirstThickness, kFirstActive, kFirstRepeat, kActions};
  if (phase == kAbsorber && action == kStop) return true;
  const int end = phase == kAbsorber ? kStop : kFirst[phase + 1U];
  const int place = action - kFirst[phase];
  if (place < 0 || action >= end) return false;
  CaloChoice choice = pending;
  choice.*kChoiceParts[phase] = static_cast<std::uint8_t>(place);
  return completes(choice, phase);
}

void CaloBuild::legal(std::span<std::uint8_t> mask) const {
  for (int action = 0; action < kActions; ++action) mask[usize(action)] = is_legal(action) ? 1 : 0;
}

void CaloBuild::observe(std::span<float> out) const {
  FeatureWriter write(out);
  write(1 - plan.cost / context.budget);
  write(1 - plan.length_cm / context.length_cm);
  write(1 - plan.layers / double{kMostLayers});
  write(1 - plan.count / double{kMostSegments});
  double lambda = 0;
  for (int i = 0; i < plan.count; ++i) {
    const CaloChoice& choice = plan.segments[usize(i)];
    lambda += choice.layers() * catalogue_layer(choice).interaction_lengths;
  }
  write(plan.depth / 40);
  write(lambda / 4);
  write_context(context, write);
  write.one_hot(phase, 4);
  write.one_hot(phase > kAbsorber ? pending.absorber : -1, kStop);
  write.one_hot(phase > kThickness ? pending.thickness : -1, kThicknesses);
  write.one_hot(phase > kActive ? pending.active : -1, kActives);
  write(value.unclipped / 3);
  for (const CaloResult& at : value.at) write(plan.count > 0 ? 1 - at.leakage : 0);
  double depth = 0;
  for (int i = 0; i < kMostSegments; ++i) write_segment(plan, i, depth, context, write);
  write.finish();
}

}  // namespace tengen::detector
