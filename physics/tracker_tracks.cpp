// Monte Carlo of tracks.
#include "core/check.hpp"
#include "core/samplers.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"
#include "physics/constants.hpp"
#include "physics/least_squares.hpp"
#include "physics/scattering.hpp"
#include "physics/tracker.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <vector>

namespace tengen::detector {
namespace {

// A track in the plane across the beam, which is a circle: where it is, where it heads, how it
// curves.
struct Flight {
  double x = 0, y = 0, heading = 0;

  // Moves along the circle of curvature k (1/cm, to the left) outwards to the cylinder of this
  // radius. False if it curls up before.
  bool to(double radius, double k) {
    // Centre (cx, cy) at 1/k to the left of the heading; the angle turned solves |position| =
    // radius.
    const double r_c = 1 / k, cx = x - r_c * std::sin(heading), cy = y + r_c * std::cos(heading);
    const double d2 = cx * cx + cy * cy, d = std::sqrt(d2);
    if (d + r_c <= radius) return false;
    // Law of cosines at the centre: the angle between the way to the origin and to the point.
    const double cosine = (r_c * r_c + d2 - radius * radius) / (2 * r_c * d);
    const double opening = std::acos(std::clamp(cosine, -1.0, 1.0));
    const double origin = std::atan2(-cy, -cx);  // from the centre to the origin
    const double angle = origin + opening;       // from the centre to the point; to the left
    x = cx + r_c * std::cos(angle);
    y = cy + r_c * std::sin(angle);
    heading = angle + std::numbers::pi / 2;
    return true;
  }
};

using Fit = TrackFit<kMostTrackerLayers>;

// The surfaces a track of this p_T meets before it curls up, and the fit of all of them.
struct Way {
  struct Surface {
    double radius = 0, angle = 0;  // of the track without scattering, where it crosses
    double cosine = 1;             // of its incidence
    double theta0 = 0;             // along the oblique path
    const TrackerLayer* layer = nullptr;
  };
  std::vector<Surface> surfaces;
  Fit fit;

  Way(const Tracker& tracker, double pt_gev, double kappa) {
    Flight flight;
    const auto add = [&](double radius, double lengths, const TrackerLayer* layer) {
      if (!flight.to(radius, kappa)) return;
      const double u = radius * kappa / 2, cosine = std::sqrt(std::max(1e-6, 1 - u * u));
      const double theta0 = lengths > 0 ? highland_angle(pt_gev * 1e3, lengths / cosine) : 0;
      surfaces.push_back({radius, std::atan2(flight.y, flight.x), cosine, theta0, layer});
      const TrackPoint point = TrackPoint::on_circle(radius, kappa);
      fit.scatter_point[fit.scatterers] = point;
      fit.scatter_variance[fit.scatterers++] = theta0 * theta0;
      if (layer == nullptr) return;
      fit.point[fit.n] = point;
      fit.variance[fit.n++] = std::pow(layer->resolution_cm * cosine, 2);
    };
    if (tracker.pipe_lengths > 0) add(tracker.pipe_radius_cm, tracker.pipe_lengths, nullptr);
    for (const TrackerLayer& layer : tracker.layers) add(layer.radius_cm, layer.lengths, &layer);
  }
};

// The hits of one track: their distances from the ideal track, across it.
struct Hits {
  std::array<double, kMostTrackerLayers> y{};
  std::array<std::size_t, kMostTrackerLayers> layer{};
  std::size_t n = 0;
};

Hits fly(const Way& way, double kappa, double efficiency, Rng& rng) {
  const Ziggurat& ziggurat = Ziggurat::shared();
  Flight flight;
  Hits out;
  std::size_t layer = 0;
  for (const Way::Surface& s : way.surfaces) {
    if (!flight.to(s.radius, kappa)) break;
    if (s.layer != nullptr) {
      const double off = s.radius * (std::atan2(flight.y, flight.x) - s.angle) +
                         s.layer->resolution_cm * ziggurat.normal(rng);
      if (efficiency >= 1 || rng.chance(efficiency)) {
        out.y[out.n] = off * s.cosine;
        out.layer[out.n++] = layer;
      }
      ++layer;
    }
    flight.heading += s.theta0 * ziggurat.normal(rng);
  }
  return out;
}

// Returns the value below which 68.27 % of the absolute values lie. Their order is lost.
double central(std::vector<float>& values) {
  const auto i = static_cast<std::ptrdiff_t>(0.6827 * static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + i, values.end());
  return static_cast<double>(values[usize(i)]);
}

}  // namespace

TrackSample simulate_tracks(const Tracker& tracker, double pt_gev, int tracks, const Rng& rng,
                            double efficiency) {
  TENGEN_CHECK(tracks >= 2 && efficiency > 0 && efficiency <= 1);
  const double kappa = kGevPerTeslaMetre * tracker.field_tesla / pt_gev / 100;
  const Way way(tracker, pt_gev, kappa);
  Fit fit = way.fit;
  Fit::Covariance covariance;
  double m2 = 0, m4 = 0, d2 = 0, d4 = 0;
  thread_local std::vector<float> bends, impacts;  // memory, not state
  bends.clear(), impacts.clear();
  bool whole = way.fit.n >= kLeastTrackerLayers &&
               fit.solve(covariance);  // whether the fit of all layers can be used
  TrackSample out;
  for (int t = 0; t < tracks; ++t) {
    stop_if_interrupted();
    Rng own = rng.split(static_cast<std::uint64_t>(t));
    const Hits hits = fly(way, kappa, efficiency, own);
    if (hits.n < kLeastTrackerLayers) continue;
    if (!whole || hits.n < way.fit.n) {
      fit = way.fit;
      fit.n = hits.n;
      for (std::size_t i = 0; i < hits.n; ++i) {
        fit.point[i] = way.fit.point[hits.layer[i]];
        fit.variance[i] = way.fit.variance[hits.layer[i]];
      }
      TENGEN_CHECK(fit.solve(covariance));
      whole = hits.n == way.fit.n;
    }
    const auto [d0, phi, bend] = fit.fit(hits.y, covariance);
    const double m = bend / kappa;
    m2 += m * m, m4 += m * m * m * m, d2 += d0 * d0, d4 += d0 * d0 * d0 * d0;
    bends.push_back(static_cast<float>(std::abs(m)));
    impacts.push_back(static_cast<float>(std::abs(d0)));
    ++out.fitted;
  }
  if (out.fitted < 2) return out;
  const double n = out.fitted;
  const auto error = [&](double two, double four) {
    return std::sqrt(two / n) * std::sqrt(std::max(0.0, four * n / (two * two) - 1) / (4 * n));
  };
  out.momentum = std::sqrt(m2 / n), out.momentum_error = error(m2, m4);
  out.impact_cm = std::sqrt(d2 / n), out.impact_error_cm = error(d2, d4);
  out.momentum_core = central(bends), out.impact_core_cm = central(impacts);
  return out;
}

}  // namespace tengen::detector
