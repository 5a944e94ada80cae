// What TrackerBuild builds trackers of, what they cost, and what they are worth.
#pragma once

#include "core/config.hpp"
#include "physics/tracker.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tengen::detector {

struct Technology {
  std::string_view name;
  double resolution_cm, lengths;  ///< in rφ; x/X0
  double price_per_cm;            ///< of radius
};
/// TrackerBuild chooses from thin pixels, pixels and strips.
inline constexpr std::array<Technology, 3> kTechnologies{
    {{"thin", 5e-4, 0.004, 20}, {"pixel", 10e-4, 0.015, 8}, {"strip", 30e-4, 0.010, 2}}};
inline constexpr int kStrip = 2;
inline constexpr int kMostBuiltLayers = 10, kLeastBuiltLayers = 4;
inline constexpr double kHitEfficiency = 0.98;

/// One task. In the identical-layer one six pixel layers are placed, whatever they cost.
struct TrackerContext {
  bool identical = false;
  double budget = 1500;    ///< for Σ price × radius; kLeastBudget to kMostBudget
  double material = 0.15;  ///< the most that Σ x/X0 may be; kLeastMaterial to kMostMaterial

  static constexpr double kLeastBudget = 100, kMostBudget = 10'000;
  /// Any four layers are within the least, so that cost alone decides whether a tracker can be
  /// completed.
  static constexpr double kLeastMaterial = 0.06, kMostMaterial = 0.5;

  friend bool operator==(const TrackerContext&, const TrackerContext&) = default;
  [[nodiscard]] int least_layers() const { return identical ? 6 : kLeastBuiltLayers; }
  [[nodiscard]] int most_layers() const { return identical ? 6 : kMostBuiltLayers; }
};
/// Reads the options `problem` = "technologies" or "identical", `budget`, `material`; or, with
/// `context_seed` = n ≥ 0, the n-th random context.
TrackerContext read_tracker_context(const Config& options);
/// Draws a budget from 500 to 4000, uniform in the logarithm, and material from 6 to 20 % X0.
TrackerContext random_tracker_context(Rng& rng);
/// Option `tracks` (512): how many of each momentum a design is simulated with.
int read_tracks(const Config& options);

/// The layers placed so far: for each slot, from the inside, a technology or −1. It is plain data.
struct TrackerPlan {
  std::array<std::int8_t, kSlots> technology = nothing();
  int count = 0, last = -1;  ///< layers; the outermost slot
  double cost = 0, material = 0;

  /// Whether the layer can be the next, outwards, so that the least number of layers can be
  /// completed within the limits.
  [[nodiscard]] bool fits(int slot, int technology, const TrackerContext& context) const;
  [[nodiscard]] bool complete(const TrackerContext& context) const {
    return count >= context.least_layers();
  }
  void add(int slot, int technology);
  [[nodiscard]] bool valid() const {
    int layers = 0;
    for (const std::int8_t t : technology) {
      if (t < -1 || t >= static_cast<int>(kTechnologies.size())) return false;
      layers += t >= 0 ? 1 : 0;
    }
    return count == layers && count <= kMostBuiltLayers && last >= -1 && last < kSlots;
  }

 private:
  static constexpr std::array<std::int8_t, kSlots> nothing() {
    std::array<std::int8_t, kSlots> out{};
    out.fill(-1);
    return out;
  }
};
/// Builds the tracker with the pipe and the field of the identical-layer problem.
Tracker build_tracker(const TrackerPlan& plan);
/// The resolution of that tracker at one momentum. It allocates nothing once it is warm.
TrackResolution built_resolution(const TrackerPlan& plan, double pt_gev);
/// Returns the plan as a file that `tengen detector tracker` reads.
std::string tracker_json(const TrackerPlan& plan, const TrackerContext& context);

inline constexpr double kWorstTracker = -6;  ///< reward of what measures nothing

struct TrackerValue {
  double reward = kWorstTracker;
  TrackerScore score;
};
/// R = −J (tracker.hpp), and where technologies are chosen + ln P(four hits or more, each of
/// efficiency 0.98), since a track needs four to be found; kWorstTracker with fewer than three
/// layers. It is found by the formulas, or by `tracks` tracks of each momentum, those of momentum
/// number i from rng.split(i).
TrackerValue tracker_value(const TrackerPlan& plan, const TrackerContext& context);
TrackerValue tracker_value(const TrackerPlan& plan, const TrackerContext& context, int tracks,
                           const Rng& rng);

/// The optimum of the identical-layer problem (best_six_slots, R = 0.1224), or the best tracker of
/// the default technologies that was found: changes of two slots from 60 random starts all end
/// there (R = 0.6664). There is none for other contexts.
std::optional<TrackerPlan> best_known_tracker(const TrackerContext& context);

}  // namespace tengen::detector
