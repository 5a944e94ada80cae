// The problem of identical layers is to choose some of thirty radii.
#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"
#include "physics/least_squares.hpp"
#include "physics/scattering.hpp"
#include "physics/tracker.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

namespace tengen::detector {
namespace {

constexpr double kPipeRadius = 2.25, kPipeLengths = 0.003, kLayerLengths = 0.015;
constexpr double kResolution = 10e-4, kField = 3.8;

using Slots = std::array<int, 6>;

struct Best {
  double product = std::numeric_limits<double>::infinity();
  Slots slots{};
  std::int64_t designs = 0;
};

// Evaluates six-layer designs by the product of their six variances, which orders them as J does.
class Examiner {
 public:
  Examiner() {
    for (int slot = 0; slot < kSlots; ++slot)
      points_[usize(slot)] = TrackPoint::on_parabola(slot_radius_cm(slot));
    fit_.n = 6, fit_.scatterers = 7;
    fit_.scatter_point[0] = TrackPoint::on_parabola(kPipeRadius);
    fit_.variance.fill(kResolution * kResolution);
    for (std::size_t p = 0; p < kScoredPt.size(); ++p) {
      layer_[p] = highland_angle(kScoredPt[p] * 1e3, kLayerLengths);
      pipe_[p] = highland_angle(kScoredPt[p] * 1e3, kPipeLengths);
    }
  }

  double product(const Slots& slots) {
    for (std::size_t i = 0; i < 6; ++i)
      fit_.point[i] = fit_.scatter_point[i + 1] = points_[usize(slots[i])];
    double out = 1;
    for (std::size_t p = 0; p < kScoredPt.size(); ++p) {
      fit_.scatter_variance.fill(layer_[p] * layer_[p]);
      fit_.scatter_variance[0] = pipe_[p] * pipe_[p];
      TENGEN_CHECK(fit_.solve(covariance_));
      out *= covariance_.d0 * covariance_.kappa;
    }
    return out;
  }

  // Examines all designs that begin with these two.
  void examine(int first, int second, Best& best) {
    Slots s{first, second};
    for (s[2] = s[1] + 1; s[2] < kSlots; ++s[2])
      for (s[3] = s[2] + 1; s[3] < kSlots; ++s[3])
        for (s[4] = s[3] + 1; s[4] < kSlots; ++s[4])
          for (s[5] = s[4] + 1; s[5] < kSlots; ++s[5]) {
            const double value = product(s);
            ++best.designs;
            if (value < best.product) best.product = value, best.slots = s;
          }
  }

 private:
  std::array<TrackPoint, kSlots> points_{};
  std::array<double, 3> layer_{}, pipe_{};
  TrackFit<6> fit_;
  TrackFit<6>::Covariance covariance_;
};

}  // namespace

double slot_radius_cm(int slot) { return 3 + slot * (110.0 - 3) / (kSlots - 1); }

Tracker slot_tracker(std::span<const int> slots) {
  Tracker out{{}, kPipeRadius, kPipeLengths, kField};
  int before = -1;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i] <= before || slots[i] >= kSlots)
      throw Error("slots[{}] = {}: must be a whole number from 0 to {}, above the one before", i,
                  slots[i], kSlots - 1);
    before = slots[i];
    out.layers.push_back({slot_radius_cm(before), kResolution, kLayerLengths});
  }
  if (slots.size() < kLeastTrackerLayers)
    throw Error("slots has {} of them: a track needs {}", slots.size(), kLeastTrackerLayers);
  return out;
}

TrackerScore tracker_score(const Tracker& tracker) {
  std::array<TrackResolution, kScoredPt.size()> at;
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = track_resolution(tracker, kScoredPt[i]);
  return tracker_score(at);
}

TrackerScore tracker_score(const std::array<TrackResolution, 3>& at) {
  static const auto reference = [] {
    const Tracker equidistant = slot_tracker(kEquidistantSlots);
    std::array<TrackResolution, kScoredPt.size()> out;
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = track_resolution(equidistant, kScoredPt[i]);
    return out;
  }();
  TrackerScore out{.at = at};
  for (std::size_t i = 0; i < at.size(); ++i) {
    out.log_momentum[i] = std::log(at[i].momentum / reference[i].momentum);
    out.log_impact[i] = std::log(at[i].impact_cm / reference[i].impact_cm);
    out.j += out.log_momentum[i] / 6 + out.log_impact[i] / 6;
  }
  return out;
}

BestSlots best_six_slots(int threads) {
  std::atomic<int> next = 0;
  std::vector<Best> found(usize(std::max(threads, 1)));
  const auto work = [&](Best& best) {
    Examiner examiner;
    for (int pair = next++; pair < kSlots * kSlots && !interrupted(); pair = next++)
      if (pair / kSlots < pair % kSlots) examiner.examine(pair / kSlots, pair % kSlots, best);
  };
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 1; i < found.size(); ++i) workers.emplace_back([&, i] { work(found[i]); });
    work(found[0]);
  }
  stop_if_interrupted();
  Best best;
  std::int64_t designs = 0;
  for (const Best& f : found) {
    designs += f.designs;
    if (f.product < best.product || (f.product == best.product && f.slots < best.slots)) best = f;
  }
  return {best.slots, tracker_score(slot_tracker(best.slots)).j, designs};
}

}  // namespace tengen::detector
