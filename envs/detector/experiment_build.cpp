#include "envs/detector/experiment_build.hpp"

#include "core/samplers.hpp"
#include "core/usize.hpp"
#include "envs/detector/feature_writer.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

constexpr double kPipeMaterial = 0.003;  // as in the identical problem's tracker

// Z of one channel by its relative mass resolution.
double significance(double efficiency, double resolution) {
  return efficiency / std::sqrt(std::max(resolution, 1e-6));
}

// `muon` and `electron` give σ(p_T)/p_T and σ(E)/E; called only where there is something to
// measure.
template <class Muon, class Electron>
ExperimentValue value_of(const TrackerPlan& plan, std::span<const CaloCell> cells,
                         const ExperimentContext& context, Muon&& muon, Electron&& electron) {
  ExperimentValue out;
  if (plan.count >= kLeastBuiltLayers) {
    const double found = hit_probability(plan.count, kLeastBuiltLayers, kHitEfficiency);
    out.muons = significance(found * found, muon() / std::sqrt(2.0)) / context.reference;
  }
  if (!cells.empty() && cells.back().end >= kLeastDepth) {
    const double sigma = electron(), opening = kOpeningError * kOpeningError / 2;
    const double kept = std::exp(-2 * (plan.material + kPipeMaterial));
    out.electrons = kElectronRate * significance(kept, std::sqrt((sigma * sigma + opening) / 2)) /
                    context.reference;
  }
  out.ratio = std::hypot(out.muons, out.electrons);
  return out;
}

}  // namespace

double ExperimentValue::log_ratio() const {
  return ratio > 0 ? std::max(kWorstReward, std::log(ratio)) : kWorstReward;
}

void ExperimentContext::set_reference() {
  TrackerPlan tracker;
  for (const int slot : {0, 2, 4}) tracker.add(slot, 1);
  for (const int slot : {12, 20, 29}) tracker.add(slot, kStrip);
  CaloContext rest = calorimeter;
  rest.budget = std::max(CaloContext::kLeastBudget, budget - tracker.cost);
  const CaloDesign design = rest.reference_design();
  std::array<CaloCell, 1> cell{calo_cell(design.segments[0])};
  stack_cells(cell);
  reference = 1;
  const double z = experiment_value(tracker, cell, *this).ratio;
  reference = z > 0 ? z : 1;
}

int read_events(const Config& options) { return options.get<int>("events", 512, 10, 1'000'000); }

ExperimentContext read_experiment_context(const Config& options) {
  ExperimentContext out;
  out.budget = options.get<double>("budget", out.budget, ExperimentContext::kLeastBudget,
                                   ExperimentContext::kMostBudget);
  CaloContext& c = out.calorimeter;
  c.length_cm = options.get<double>("length_cm", c.length_cm, CaloContext::kLeastLength,
                                    CaloContext::kMostLength);
  read_readout(options, c.readout);
  c.energies_gev = {kDecayGev / 4, kDecayGev, 2 * kDecayGev};
  c.set_reference();
  out.set_reference();
  return out;
}

ExperimentValue experiment_value(const TrackerPlan& plan, std::span<const CaloCell> cells,
                                 const ExperimentContext& context) {
  return value_of(
      plan, cells, context, [&] { return built_resolution(plan, kDecayGev).momentum; },
      [&] { return CaloStack(cells, context.calorimeter.readout).core(kDecayGev).half_width; });
}

ExperimentValue experiment_value(const TrackerPlan& plan, std::span<const CaloCell> cells,
                                 const ExperimentContext& context, int events, const Rng& rng) {
  return value_of(
      plan, cells, context,
      [&] {
        return simulate_tracks(build_tracker(plan), kDecayGev, events, rng.split(0), kHitEfficiency)
            .momentum_core;
      },
      [&] {
        thread_local std::vector<float> scratch;  // memory, not state
        return CaloStack(cells, context.calorimeter.readout)
            .simulate(kDecayGev, events, rng.split(1), scratch)
            .half_width;
      });
}

EnvSpec ExperimentBuild::spec() const {
  const EnvSpec first = TrackerBuild{}.spec(), second = CaloBuild{}.spec();
  Discrete actions{kActions, std::get<Discrete>(first.action).names};
  actions.names.back() = "TRACKER DONE";
  for (const std::string& name : std::get<Discrete>(second.action).names)
    actions.names.push_back(name);
  return {.name = kName,
          .observation = {{kObservation}, tengen::Element::kFloat, -1, 1},
          .action = std::move(actions),
          .steps_per_second = 3};
}

void ExperimentBuild::reset(Rng& rng) {
  if (random) {
    context.budget = log_uniform(rng, 500, 2000);
    context.set_reference();
  }
  tracker.context.budget = context.budget;
  tracker.reset(rng);
  calorimeter.context = context.calorimeter;
  calorimeter.context.budget = context.budget;
  calorimeter.reset(rng);
  calorimeter_now = finished = false;
  reward = 0;
}

ExperimentValue ExperimentBuild::value() const {
  std::array<CaloCell, kMostSegments> cells;
  return experiment_value(tracker.plan, calorimeter.plan.cells(cells), context);
}

Outcome ExperimentBuild::step(int action, Rng& rng) {
  std::array<std::uint8_t, kActions> mask;
  legal(mask);
  if (mask[usize(action)] == 0) {
    finished = true;
    return {0, true};
  }
  if (!calorimeter_now) {
    calorimeter_now = tracker.step(action, rng).terminated;
    calorimeter.context.budget = std::max(1.0, context.budget - tracker.plan.cost);
    return {};
  }
  finished = calorimeter.step(action - kTrackerActions, rng).terminated;
  if (!finished) return {};
  std::array<CaloCell, kMostSegments> cells;
  const ExperimentValue found =
      monte_carlo ? experiment_value(tracker.plan, calorimeter.plan.cells(cells), context, events,
                                     Rng(common ? 0 : rng.next64()))
                  : value();
  reward = static_cast<float>(found.probability());
  best = std::max(best, reward);
  return {reward, true};
}

void ExperimentBuild::legal(std::span<std::uint8_t> mask) const {
  std::ranges::fill(mask, std::uint8_t{0});
  if (calorimeter_now)
    calorimeter.legal(mask.subspan(kTrackerActions));
  else
    tracker.legal(mask.first(kTrackerActions));
}

void ExperimentBuild::observe(std::span<float> out) const {
  tracker.observe(out.first(TrackerBuild::kObservation));
  calorimeter.observe(out.subspan(TrackerBuild::kObservation, CaloBuild::kObservation));
  FeatureWriter write(out.last(4));
  const ExperimentValue v = value();
  write(calorimeter_now ? 1 : 0);
  write(1 - (tracker.plan.cost + calorimeter.plan.cost) / context.budget);
  write(v.muons / 2);
  write(v.electrons / 2);
  write.finish();
}

}  // namespace tengen::detector
