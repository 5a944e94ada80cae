#include "envs/detector/tracker_task.hpp"

#include "core/check.hpp"
#include "core/samplers.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

double price(int slot, int technology) {
  return kTechnologies[usize(technology)].price_per_cm * slot_radius_cm(slot);
}

void build(const TrackerPlan& plan, Tracker& out) {
  static const Tracker frame = slot_tracker(kEquidistantSlots);
  out.pipe_radius_cm = frame.pipe_radius_cm, out.pipe_lengths = frame.pipe_lengths;
  out.field_tesla = frame.field_tesla;
  out.layers.clear();
  for (int slot = 0; slot < kSlots; ++slot) {
    const int chosen = plan.technology[usize(slot)];
    if (chosen < 0) continue;
    const Technology& t = kTechnologies[usize(chosen)];
    out.layers.push_back({slot_radius_cm(slot), t.resolution_cm, t.lengths});
  }
}

template <class F>
TrackerValue value_of(const TrackerPlan& plan, const TrackerContext& context, F&& score) {
  thread_local Tracker tracker;  // memory, not state
  TrackerValue out;
  if (plan.count < kLeastTrackerLayers) return out;
  build(plan, tracker);
  out.score = score(tracker);
  double reward = -out.score.j;
  if (!context.identical)
    reward += std::log(hit_probability(plan.count, kLeastBuiltLayers, kHitEfficiency) + 1e-9);
  out.reward = std::max(kWorstTracker, reward);
  return out;
}

}  // namespace

TrackerContext read_tracker_context(const Config& options) {
  TrackerContext out;
  out.identical =
      options.choice("problem", "technologies", {"technologies", "identical"}) == "identical";
  out.budget = options.get<double>("budget", out.budget, TrackerContext::kLeastBudget,
                                   TrackerContext::kMostBudget);
  out.material = options.get<double>("material", out.material, TrackerContext::kLeastMaterial,
                                     TrackerContext::kMostMaterial);
  const int seed = options.get<int>("context_seed", -1, -1, 1'000'000'000);
  if (seed >= 0) {
    Rng rng(static_cast<std::uint64_t>(seed));
    const bool identical = out.identical;
    out = random_tracker_context(rng);
    out.identical = identical;
  }
  return out;
}

TrackerContext random_tracker_context(Rng& rng) {
  TrackerContext out;
  out.budget = log_uniform(rng, 500, 4000);
  out.material = rng.uniform(TrackerContext::kLeastMaterial, 0.2);
  return out;
}

int read_tracks(const Config& options) { return options.get<int>("tracks", 512, 10, 1'000'000); }

bool TrackerPlan::fits(int slot, int chosen, const TrackerContext& context) const {
  constexpr double kRounding = 1e-9;
  const int missing = std::max(0, context.least_layers() - count - 1);
  if (slot <= last || slot + missing >= kSlots || count >= context.most_layers()) return false;
  if (context.identical) return true;
  double least = cost + price(slot, chosen);
  for (int i = 1; i <= missing; ++i) least += price(slot + i, kStrip);
  return least <= context.budget + kRounding &&
         material + kTechnologies[usize(chosen)].lengths <= context.material + kRounding;
}

void TrackerPlan::add(int slot, int chosen) {
  TENGEN_CHECK(slot > last && slot < kSlots);
  technology[usize(slot)] = static_cast<std::int8_t>(chosen);
  ++count;
  last = slot;
  cost += price(slot, chosen);
  material += kTechnologies[usize(chosen)].lengths;
}

Tracker build_tracker(const TrackerPlan& plan) {
  Tracker out;
  build(plan, out);
  return out;
}

TrackResolution built_resolution(const TrackerPlan& plan, double pt_gev) {
  thread_local Tracker tracker;  // memory, not state
  build(plan, tracker);
  return track_resolution(tracker, pt_gev);
}

std::string tracker_json(const TrackerPlan& plan, const TrackerContext& context) {
  std::string list;
  if (context.identical) {
    for (int slot = 0; slot < kSlots; ++slot)
      if (plan.technology[usize(slot)] >= 0)
        list += fmt::format("{}{}", list.empty() ? "" : ", ", slot);
    return fmt::format("{{\"slots\": [{}]}}\n", list);
  }
  const Tracker tracker = build_tracker(plan);
  for (const TrackerLayer& l : tracker.layers)
    list += fmt::format(R"({}{{"radius_cm": {}, "resolution_cm": {}, "thickness_x0": {}}})",
                        list.empty() ? "" : ",\n  ", l.radius_cm, l.resolution_cm, l.lengths);
  return fmt::format(
      "{{\"layers\": [\n  {}],\n \"pipe\": {{\"radius_cm\": {}, \"thickness_x0\": {}}}, "
      "\"field_tesla\": {}}}\n",
      list, tracker.pipe_radius_cm, tracker.pipe_lengths, tracker.field_tesla);
}

TrackerValue tracker_value(const TrackerPlan& plan, const TrackerContext& context) {
  return value_of(plan, context, [](const Tracker& tracker) { return tracker_score(tracker); });
}

TrackerValue tracker_value(const TrackerPlan& plan, const TrackerContext& context, int tracks,
                           const Rng& rng) {
  return value_of(plan, context, [&](const Tracker& tracker) {
    std::array<TrackResolution, kScoredPt.size()> at;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const TrackSample sample = simulate_tracks(tracker, kScoredPt[i], tracks, rng.split(i),
                                                 context.identical ? 1 : kHitEfficiency);
      at[i] = {sample.momentum_core, sample.impact_core_cm};
    }
    return tracker_score(at);
  });
}

std::optional<TrackerPlan> best_known_tracker(const TrackerContext& context) {
  TrackerPlan out;
  if (context.identical) {
    for (const int slot : {0, 1, 2, 15, 28, 29}) out.add(slot, 1);
  } else if (context == TrackerContext{}) {
    for (const int slot : {0, 1, 8}) out.add(slot, 0);
    for (const int slot : {27, 28, 29}) out.add(slot, kStrip);
  } else {
    return std::nullopt;
  }
  return out;
}

}  // namespace tengen::detector
