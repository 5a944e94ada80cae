// Trackers in a solenoid: how sharply layers of silicon measure momenta and impact parameters.
#pragma once

#include "core/rng.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen::detector {

/// A cylinder around the beam, which measures a point in rφ with `resolution_cm`.
struct TrackerLayer {
  double radius_cm = 0;
  double resolution_cm = 0;
  double lengths = 0;  ///< x/X0 at normal incidence
};

/// Layers by growing radius, and a beam pipe, which scatters but does not measure; there is none
/// where its radius is 0.
struct Tracker {
  std::vector<TrackerLayer> layers;
  double pipe_radius_cm = 0, pipe_lengths = 0;
  double field_tesla = 0;
};

inline constexpr int kMostTrackerLayers = 64, kLeastTrackerLayers = 3;
/// Throws Error that names the layer (from 0) and the key where a number is not finite or out of
/// range, radii do not grow, or there are too few or too many layers.
void check_tracker(const Tracker& tracker);

/// How sharply a track at 90° to the beam, β = 1, is measured.
struct TrackResolution {
  double momentum = 0;   ///< σ(p_T)/p_T
  double impact_cm = 0;  ///< σ(d0)
};

/// Which scattering counts. kWithoutLogarithm leaves Highland's logarithm out, as closed forms do.
enum class TrackScattering { kHighland, kWithoutLogarithm, kNone };

/// Generalised least squares for a parabola d0 + φ r + κ r²/2 with κ = 0.2998 B/p_T, good where the
/// radius of curvature is larger than the layers': measurements' covariance
/// C_ij = σ_i² δ_ij + Σ_k θ_k² (r_i − r_k)₊ (r_j − r_k)₊ over layers and pipe, θ_k Highland's angle
/// of each by itself; σ(p_T)/p_T = √V_κκ/κ, σ(d0) = √V_00, V = (AᵀC⁻¹A)⁻¹. There is no beam-spot
/// constraint. The tracker must be in order (check_tracker). This allocates nothing.
TrackResolution track_resolution(const Tracker& tracker, double pt_gev,
                                 TrackScattering scattering = TrackScattering::kHighland);

// Closed forms for n + 1 equal, equidistant planes over the lever arm L from r0 (Gluckstern, NIM 24
// (1963) 381; Drasal and Riegler, NIM A910 (2018) 127, arXiv 1805.12014). Lengths in cm.

/// σ(p_T)/p_T from resolution alone, exactly.
double gluckstern_resolution(int n, double pt_gev, double field_tesla, double lever_cm,
                             double resolution_cm);
/// σ(p_T)/p_T from scattering alone, exactly, without logarithm and for β = 1; `lengths` is x/X0 of
/// one plane.
double gluckstern_scattering(int n, double field_tesla, double lever_cm, double lengths);
/// σ(d0) from resolution alone, cm, which is good to 3 % from n = 9 on and to 10 % at n = 3.
double impact_resolution(int n, double r0_cm, double lever_cm, double resolution_cm);

/// The transverse momenta at which trackers are scored, GeV.
inline constexpr std::array<double, 3> kScoredPt{1, 10, 100};

struct TrackerScore {
  std::array<TrackResolution, 3> at{};                 ///< at kScoredPt
  std::array<double, 3> log_momentum{}, log_impact{};  ///< ln(metric / that of kEquidistantSlots)
  double j = 0;                                        ///< the mean of these six; lower is better
};
TrackerScore tracker_score(const Tracker& tracker);
/// The score of resolutions that were found otherwise, at kScoredPt.
TrackerScore tracker_score(const std::array<TrackResolution, 3>& at);

/// The problem of identical layers is to choose some of 30 radii from 3 to 110 cm for layers of 10
/// µm and 1.5 % X0 each, around a pipe at 2.25 cm of 0.3 %, in 3.8 T.
inline constexpr int kSlots = 30;
inline constexpr std::array<int, 6> kEquidistantSlots{0, 6, 12, 17, 23, 29};
double slot_radius_cm(int slot);
/// The tracker with layers in `slots`, growing numbers from 0 to 29. Throws Error where they are
/// not, or where there are fewer than three.
Tracker slot_tracker(std::span<const int> slots);

struct BestSlots {
  std::array<int, 6> slots{};
  double j = 0;
  std::int64_t designs = 0;  ///< how many were examined: all 593,775
};
/// The exact optimum of six layers; `threads` threads examine every choice.
BestSlots best_six_slots(int threads);

/// What a Monte Carlo of tracks finds: circles that scatter at each surface, whose hits are smeared
/// and lost, are fitted with the least squares above around the circle without scattering.
struct TrackSample {
  double momentum = 0, momentum_error = 0;  ///< rms of p_T's relative error; its statistical error
  double impact_cm = 0, impact_error_cm = 0;  ///< rms of d0
  /// Half of the width of the central 68.27 % of either. It is the same as the rms of a normal
  /// distribution, but blind to few tracks that lost the hit which mattered most. Rewards of
  /// designs are made of it.
  double momentum_core = 0, impact_core_cm = 0;
  int fitted = 0;  ///< tracks with at least three hits
};
/// Track number i draws from rng.split(i). Every layer sees a hit with probability `efficiency` in
/// (0, 1]; tracks that curl up before a layer do not hit it.
TrackSample simulate_tracks(const Tracker& tracker, double pt_gev, int tracks, const Rng& rng,
                            double efficiency = 1);

/// The probability that at least `least` of `layers` are hit, each with probability `efficiency`.
double hit_probability(int layers, int least, double efficiency);

}  // namespace tengen::detector
