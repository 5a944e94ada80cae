#include "physics/tracker.hpp"

#include "core/check.hpp"
#include "physics/constants.hpp"
#include "physics/least_squares.hpp"
#include "physics/scattering.hpp"

#include <cmath>
#include <type_traits>

namespace tengen::detector {
namespace {

double scatter_variance(double lengths, double pt_gev, TrackScattering scattering) {
  if (scattering == TrackScattering::kNone || lengths <= 0) return 0;
  const double angle = scattering == TrackScattering::kHighland
                           ? highland_angle(pt_gev * 1e3, lengths)
                           : 0.0136 / pt_gev * std::sqrt(lengths);
  return angle * angle;
}

double curvature_per_cm(double pt_gev, double field_tesla) {
  return kGevPerTeslaMetre * field_tesla / pt_gev / 100;
}

template <std::size_t N>
void prepare(const Tracker& tracker, double pt_gev, TrackScattering scattering, TrackFit<N>& fit) {
  TENGEN_CHECK(tracker.layers.size() <= N && tracker.layers.size() >= kLeastTrackerLayers);
  fit.n = tracker.layers.size();
  fit.scatterers = 0;
  if (tracker.pipe_lengths > 0) {
    fit.scatter_point[0] = TrackPoint::on_parabola(tracker.pipe_radius_cm);
    fit.scatter_variance[0] = scatter_variance(tracker.pipe_lengths, pt_gev, scattering);
    fit.scatterers = 1;
  }
  for (std::size_t i = 0; i < fit.n; ++i) {
    const TrackerLayer& layer = tracker.layers[i];
    fit.point[i] = TrackPoint::on_parabola(layer.radius_cm);
    fit.variance[i] = layer.resolution_cm * layer.resolution_cm;
    fit.scatter_point[fit.scatterers] = fit.point[i];
    fit.scatter_variance[fit.scatterers++] = scatter_variance(layer.lengths, pt_gev, scattering);
  }
}

void check(bool good, std::size_t layer, const char* key, double value, const char* right) {
  if (!good) throw Error("layers[{}].{} = {}: must be {}", layer, key, value, right);
}

}  // namespace

void check_tracker(const Tracker& tracker) {
  const auto layers = static_cast<int>(tracker.layers.size());
  if (layers < kLeastTrackerLayers || layers > kMostTrackerLayers)
    throw Error("layers has {} of them: must be from {} to {}", layers, kLeastTrackerLayers,
                kMostTrackerLayers);
  double before = 0;
  for (std::size_t i = 0; i < tracker.layers.size(); ++i) {
    const TrackerLayer& l = tracker.layers[i];
    check(l.radius_cm > before && l.radius_cm <= 1000, i, "radius_cm", l.radius_cm,
          "a number that grows from layer to layer, at most 1000");
    check(l.resolution_cm > 0 && l.resolution_cm <= 10, i, "resolution_cm", l.resolution_cm,
          "a number above 0, at most 10");
    check(l.lengths >= 0 && l.lengths <= 1, i, "thickness_x0", l.lengths, "a number from 0 to 1");
    before = l.radius_cm;
  }
  if (!(tracker.field_tesla > 0 && tracker.field_tesla <= 20))
    throw Error("field_tesla = {}: must be a number above 0, at most 20", tracker.field_tesla);
  if (!(tracker.pipe_lengths >= 0 && tracker.pipe_lengths <= 1))
    throw Error("pipe.thickness_x0 = {}: must be a number from 0 to 1", tracker.pipe_lengths);
  if (!(tracker.pipe_radius_cm >= 0 && tracker.pipe_radius_cm <= tracker.layers[0].radius_cm))
    throw Error("pipe.radius_cm = {}: must be a number from 0 to the first layer's radius",
                tracker.pipe_radius_cm);
}

TrackResolution track_resolution(const Tracker& tracker, double pt_gev,
                                 TrackScattering scattering) {
  const double kappa = curvature_per_cm(pt_gev, tracker.field_tesla);
  const auto solved = [&](auto most) {
    TrackFit<most> fit;
    typename TrackFit<most>::Covariance v;
    prepare(tracker, pt_gev, scattering, fit);
    TENGEN_CHECK(fit.solve(v), "points without errors");
    return TrackResolution{std::sqrt(v.kappa) / kappa, std::sqrt(v.d0)};
  };
  // Most designs are small, and take a tenth of the memory.
  if (tracker.layers.size() <= 8) return solved(std::integral_constant<std::size_t, 8>{});
  if (tracker.layers.size() <= 16) return solved(std::integral_constant<std::size_t, 16>{});
  return solved(std::integral_constant<std::size_t, kMostTrackerLayers>{});
}

double gluckstern_resolution(int n, double pt_gev, double field_tesla, double lever_cm,
                             double resolution_cm) {
  const double m = n, lever = lever_cm / 100;
  return resolution_cm / 100 * pt_gev / (kGevPerTeslaMetre * field_tesla * lever * lever) *
         std::sqrt(720 * m * m * m / ((m - 1) * (m + 1) * (m + 2) * (m + 3)));
}

double gluckstern_scattering(int n, double field_tesla, double lever_cm, double lengths) {
  const double m = n;
  return m / std::sqrt((m + 1) * (m - 1)) * 0.0136 /
         (kGevPerTeslaMetre * field_tesla * lever_cm / 100) * std::sqrt((m + 1) * lengths);
}

double impact_resolution(int n, double r0_cm, double lever_cm, double resolution_cm) {
  const double rho = r0_cm / lever_cm, rho2 = rho * rho;
  return 3 * resolution_cm / std::sqrt(n + 5.0) *
         std::sqrt(1 + 8 * rho + 28 * rho2 + 40 * rho2 * rho + 20 * rho2 * rho2);
}

double hit_probability(int layers, int least, double efficiency) {
  double sum = 0, ways = 1;  // ways = C(layers, k)
  for (int k = 0; k <= layers; ++k) {
    if (k >= least) sum += ways * std::pow(efficiency, k) * std::pow(1 - efficiency, layers - k);
    ways *= static_cast<double>(layers - k) / (k + 1);
  }
  return sum;
}

}  // namespace tengen::detector
