#include "physics/spectrometer.hpp"

#include "core/samplers.hpp"
#include "physics/constants.hpp"
#include "physics/least_squares.hpp"
#include "physics/scattering.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detector {
namespace {

using Fit = TrackFit<Spectrometer::kStations>;

// How far a track of curvature 1/cm inside the magnet is displaced at z.
double displacement(const Spectrometer& s, double z) {
  const double begin = s.magnet_middle - s.magnet_length / 2, end = begin + s.magnet_length;
  if (z <= begin) return 0;
  if (z < end) return (z - begin) * (z - begin) / 2;
  return s.magnet_length * (z - s.magnet_middle);
}

void prepare(const Spectrometer& s, double p_gev, Fit& fit) {
  const double theta0 = highland_angle(p_gev * 1e3, kStationLengths);
  fit.n = fit.scatterers = Spectrometer::kStations;
  for (std::size_t i = 0; i < s.station.size(); ++i) {
    fit.point[i] =
        fit.scatter_point[i] = {1, s.station[i], displacement(s, s.station[i]), s.station[i]};
    fit.variance[i] = kStationResolution * kStationResolution;
    fit.scatter_variance[i] = theta0 * theta0;
  }
}

double curvature(const Spectrometer& s, double p_gev) {
  return kGevPerTeslaMetre * s.field_tesla / p_gev / 100;
}

// Where nothing bends the track between stations, nothing is measured.
constexpr double kBlind = 10;

}  // namespace

double spectrometer_bend(const Spectrometer& s, double p_gev, double z) {
  return curvature(s, p_gev) * displacement(s, z);
}

double spectrometer_resolution(const Spectrometer& s, double p_gev) {
  Fit fit;
  Fit::Covariance v;
  prepare(s, p_gev, fit);
  if (!fit.solve(v) || !(v.kappa > 0)) return kBlind;
  return std::min(kBlind, std::sqrt(v.kappa) / curvature(s, p_gev));
}

double simulate_spectrometer(const Spectrometer& s, double p_gev, int tracks, const Rng& rng) {
  const Ziggurat& ziggurat = Ziggurat::shared();
  Fit fit;
  Fit::Covariance v;
  prepare(s, p_gev, fit);
  if (!fit.solve(v) || !(v.kappa > 0)) return kBlind;
  const double theta0 = std::sqrt(fit.scatter_variance[0]);
  double square = 0;
  for (int t = 0; t < tracks; ++t) {
    Rng own = rng.split(static_cast<std::uint64_t>(t));
    std::array<double, Spectrometer::kStations> y{};
    double angle = 0, x = 0, z = 0;
    for (std::size_t i = 0; i < s.station.size(); ++i) {
      x += angle * (s.station[i] - z), z = s.station[i];
      y[i] = x + kStationResolution * ziggurat.normal(own);
      angle += theta0 * ziggurat.normal(own);
    }
    const double bend = fit.fit(y, v)[2];
    square += bend * bend;
  }
  return std::min(kBlind, std::sqrt(square / tracks) / curvature(s, p_gev));
}

double spectrometer_acceptance(const Spectrometer& s) {
  const double exit = s.magnet_middle + s.magnet_length / 2;
  const double widest = std::min(s.half_gap / exit, kStationHalfSize / s.station.back());
  const double one_view = std::erf(widest / kAngleSpread / std::numbers::sqrt2);
  return one_view * one_view;
}

double stored_energy_mj(const Spectrometer& s) {
  constexpr double kMu0 = 4e-7 * std::numbers::pi;
  const double volume = 4 * s.half_gap * s.half_gap * s.magnet_length * 1e-6;  // m³
  return s.field_tesla * s.field_tesla / (2 * kMu0) * volume * 1e-6;
}

}  // namespace tengen::detector
