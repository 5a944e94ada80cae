// Checks 17 to 22: tracks.
#include "physics/constants.hpp"
#include "physics/tracker.hpp"
#include "physics/validation/validation.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tengen::detector {
namespace {

Tracker equidistant(int n, double r0, double lever, double resolution, double lengths) {
  Tracker out{{}, 0, 0, 3.8};
  for (int i = 0; i <= n; ++i) out.layers.push_back({r0 + lever * i / n, resolution, lengths});
  return out;
}

// σ(p_T)/p_T of scattering alone: the variance where resolution's share goes to 0, by
// extrapolation.
double scattering_alone(int n, double lever, double lengths) {
  const auto variance = [&](double resolution) {
    const Tracker t = equidistant(n, 3, lever, resolution, lengths);
    const double s = track_resolution(t, 1, TrackScattering::kWithoutLogarithm).momentum;
    return s * s;
  };
  constexpr double kSmall = 3e-5;  // cm
  return std::sqrt(2 * variance(kSmall) - variance(kSmall * std::sqrt(2.0)));
}

void closed_forms(std::vector<Check>& out) {
  Worst resolution("17a", "σ(p_T)/p_T, resolution: least squares over Gluckstern's", within(1e-6));
  Worst scattering("17b", "σ(p_T)/p_T, scattering: least squares over Gluckstern's", within(1e-6));
  Worst few("18a", "σ(d0), resolution: least squares over approximate form, N = 3", within(0.10));
  Worst many("18b", "the same, N = 9, 13", within(0.03));
  for (const int n : {3, 5, 9, 13}) {
    const std::string name = fmt::format("N = {}", n);
    const TrackResolution r =
        track_resolution(equidistant(n, 3, 100, 10e-4, 0.015), 10, TrackScattering::kNone);
    resolution.add(name, r.momentum / gluckstern_resolution(n, 10, 3.8, 100, 10e-4), 1);
    scattering.add(name,
                   scattering_alone(n, 100, 0.015) / gluckstern_scattering(n, 3.8, 100, 0.015), 1);
    const double impact = r.impact_cm / impact_resolution(n, 3, 100, 10e-4);
    if (n != 5) (n < 9 ? few : many).add(name, impact, 1);
  }
  out.insert(out.end(), {resolution.check(), scattering.check(), few.check(), many.check()});
}

void optimal_placement(std::vector<Check>& out) {
  Worst placement("19", "σ_κ L²/σ, a quarter at each end and half in the middle; theory √(256/n)",
                  percent(0.1));
  for (const int m : {1, 2, 5}) {
    constexpr double kLever = 100, kResolution = 10e-4;
    Tracker t{{}, 0, 0, 1};
    for (int i = 0; i < 4 * m; ++i)
      t.layers.push_back({i < m ? 0 : i < 3 * m ? kLever / 2 : kLever, kResolution, 0});
    // σ_κ = σ(p_T)/p_T κ with κ = 0.2998 B/p_T, per cm.
    const double kappa = kGevPerTeslaMetre / 100;
    const double sigma = track_resolution(t, 1, TrackScattering::kNone).momentum * kappa * kLever *
                         kLever / kResolution;
    placement.add(fmt::format("n = {}", 4 * m), sigma, std::sqrt(256.0 / (4 * m)));
  }
  out.push_back(placement.check());
}

void experiments(std::vector<Check>& out) {
  constexpr double kRadii[] = {4.4,  7.3,  10.2, 25.5, 33.9, 41.9, 49.8,
                               60.8, 69.2, 78,   86.8, 96.5, 108};
  constexpr double kMicrons[] = {10, 10, 10, 25, 25, 30, 30, 45, 45, 45, 45, 35, 35};
  Tracker cms{{}, 3, 0.004, 3.8};
  for (std::size_t i = 0; i < std::size(kRadii); ++i)
    cms.layers.push_back({kRadii[i], kMicrons[i] * 1e-4, 0.025});
  Worst momentum("21a", "σ(p_T)/p_T of a CMS-like barrel, %; reference's own", percent(1));
  Worst impact("21b", "σ(d0) of it, µm; reference's own", percent(1));
  constexpr double kPercent[] = {0.54, 0.60, 1.49}, kImpact[] = {89, 17.9, 9.0};
  TrackResolution r;
  for (std::size_t i = 0; i < 3; ++i) {
    r = track_resolution(cms, kScoredPt[i]);
    const std::string name = fmt::format("{} GeV", kScoredPt[i]);
    momentum.add(name, r.momentum * 100, kPercent[i]);
    impact.add(name, r.impact_cm * 1e4, kImpact[i]);
  }
  out.insert(out.end(), {momentum.check(), impact.check()});
  out.push_back(
      between("21c", "CMS's 2.8 % at 100 GeV over it; TRK-11-001", 0.028 / r.momentum, 1, 2));
  out.push_back(between("21d", "CMS's 10 µm at 100 GeV over it", 10e-4 / r.impact_cm, 1, 2));
  Tracker atlas{{}, 2.9, 0.006, 2};  // 3 pixel layers, 4 of strips, 36 straws
  for (const double radius : {5.05, 8.85, 12.25}) atlas.layers.push_back({radius, 10e-4, 0.025});
  for (const double radius : {29.9, 37.1, 44.3, 51.4})
    atlas.layers.push_back({radius, 17e-4, 0.03});
  for (int i = 0; i < 36; ++i) atlas.layers.push_back({56 + i * (107.0 - 56) / 35, 130e-4, 0.0055});
  out.push_back(compare("22", "σ(p_T)/p_T of an ATLAS-like barrel at 100 GeV, %; design",
                        track_resolution(atlas, 100).momentum * 100, 3.7, percent(40)));
}

}  // namespace

void validate_tracker(Effort, std::vector<Check>& out) {
  closed_forms(out);
  optimal_placement(out);
  experiments(out);
}

}  // namespace tengen::detector
