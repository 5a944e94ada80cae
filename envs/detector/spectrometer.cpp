#include "envs/detector/spectrometer.hpp"

#include "envs/detector/picture.hpp"
#include "physics/constants.hpp"
#include "physics/least_squares.hpp"
#include "core/samplers.hpp"
#include "physics/scattering.hpp"

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

namespace {

void limit_field(Spectrometer& s, double energy_mj) {
  const double energy = stored_energy_mj(s);
  if (energy > energy_mj) s.field_tesla *= std::sqrt(energy_mj / energy);
}

template <class F>
SpectroTask::Value value_of(const Spectrometer& s, const Spectrometer& reference, F&& resolution) {
  SpectroTask::Value out;
  out.acceptance = spectrometer_acceptance(s);
  double reward = 2 * std::log(out.acceptance / spectrometer_acceptance(reference));
  for (std::size_t i = 0; i < kSpectrometerGev.size(); ++i) {
    out.resolution[i] = resolution(i);
    reward -=
        std::log(out.resolution[i] / spectrometer_resolution(reference, kSpectrometerGev[i])) / 6;
  }
  out.reward = std::max(SpectroTask::kWorst, reward);
  return out;
}

SpectroTask::Value by_formulas(const Spectrometer& s, const Spectrometer& reference) {
  return value_of(s, reference,
                  [&](std::size_t i) { return spectrometer_resolution(s, kSpectrometerGev[i]); });
}

}  // namespace

template <class Real>
Spectrometer SpectroTask::build(std::span<const Real> knobs) const {
  constexpr double kApart = 0.5;  // cm, at least: stations have a thickness
  const auto linear = [&](std::size_t i, double low, double high) {
    return low + (high - low) * (static_cast<double>(knobs[i]) + 1) / 2;
  };
  Spectrometer out;
  for (std::size_t i = 0; i < out.station.size(); ++i)
    out.station[i] = std::clamp(
        81.0 + 122.0 * static_cast<double>(i) + 300 * static_cast<double>(knobs[i]), 20.0, 1000.0);
  std::ranges::sort(out.station);
  for (std::size_t i = 1; i < out.station.size(); ++i)
    out.station[i] = std::max(out.station[i], out.station[i - 1] + kApart);
  out.magnet_middle = linear(8, 150, 850);
  out.magnet_length = linear(9, 50, 300);
  out.field_tesla = std::exp(linear(10, std::log(0.1), std::log(2.0)));
  out.half_gap = std::exp(linear(11, std::log(10.0), std::log(100.0)));
  limit_field(out, energy_mj);
  return out;
}

Spectrometer SpectroTask::reference() const {
  Spectrometer out{{50, 100, 150, 200, 500, 600, 700, 800}, 350, 200, 2, 40};
  limit_field(out, energy_mj);
  return out;
}

SpectroTask::Value SpectroTask::value(std::span<const float> knobs) const {
  return by_formulas(build(knobs), reference());
}

SpectroTask::Value SpectroTask::value(std::span<const double> knobs) const {
  return by_formulas(build(knobs), reference());
}

SpectroTask::Value SpectroTask::value(std::span<const double> knobs, int tracks,
                                      const Rng& rng) const {
  const Spectrometer s = build(knobs);
  return value_of(s, reference(), [&](std::size_t i) {
    return simulate_spectrometer(s, kSpectrometerGev[i], tracks, rng.split(i));
  });
}

void SpectroTask::features(const Value& v, FeatureWriter& write) const {
  const Spectrometer r = reference();
  for (std::size_t i = 0; i < kSpectrometerGev.size(); ++i)
    write(std::log(v.resolution[i] / spectrometer_resolution(r, kSpectrometerGev[i])) / 3);
  write(v.acceptance);
  write(energy_mj / 10);
}

namespace {

// Magnet, stations and three tracks, from the side.
void draw_side(const Spectrometer& s, Canvas& canvas) {
  using namespace picture;
  const Area area{20, 64, 1160, 330};
  panel(canvas, area, "from the side, to scale along the beam; across it twice as wide");
  const auto at = [&](double z) { return area.x + 30 + z * 1.1; };
  const double middle = area.y + area.height / 2.0 + 6, across = 2.1;
  const auto block = [&](double z0, double z1, double y0, double y1, Colour colour,
                         double opacity) {
    const std::array corners{at(z0), middle - across * y1, at(z1), middle - across * y1,
                             at(z1), middle - across * y0, at(z0), middle - across * y0};
    canvas.polygon(corners, colour, opacity);
  };
  const double z0 = s.magnet_middle - s.magnet_length / 2, z1 = z0 + s.magnet_length;
  const double gap = std::min(s.half_gap, 60.0);
  block(z0, z1, gap, gap + 8, {120, 70, 62}, 1);
  block(z0, z1, -gap - 8, -gap, {120, 70, 62}, 1);
  block(z0, z1, -gap, gap, {96, 60, 150}, 0.12 + 0.3 * s.field_tesla / 2);
  for (const double z : s.station)
    block(z - 1, z + 1, -kStationHalfSize, kStationHalfSize, kSky, 0.8);
  canvas.disc(at(0), middle, 5, kAmber);
  for (const auto& [p, angle] : {std::pair{2.0, 0.01}, {5.0, -0.03}, {20.0, 0.045}}) {
    std::vector<double> ends;
    const auto y = [&, angle = angle, p = p](double z) {
      return middle - across * (angle * z + curvature(s, p) * displacement(s, z));
    };
    double last = s.station.back() + 20;
    while (last > 50 && std::abs(y(last) - middle) > across * kStationHalfSize) last -= 5;
    for (int i = 0; i < 80; ++i)
      ends.insert(ends.end(), {at(last * i / 80), y(last * i / 80), at(last * (i + 1) / 80),
                               y(last * (i + 1) / 80)});
    canvas.lines(ends, kAmber, 1.4, 0.8);
    for (const double z : s.station) {
      if (z > last) break;
      canvas.disc(at(z), y(z), 4.5, heat(0.7), 0.6);
      canvas.disc(at(z), y(z), 2, heat(1));
    }
    canvas.text(static_cast<int>(at(last)) + 4, static_cast<int>(y(last)) - 3,
                fmt::format("{:.0f}", p), kAmber);
  }
  for (int z = 0; z <= 1000; z += 200)
    text_centred(canvas, at(z), area.y + area.height - 14, fmt::format("{} cm", z), kDim);
}

}  // namespace

void SpectroTask::draw(std::span<const float> knobs, const Value& v, float best,
                       Canvas& canvas) const {
  using namespace picture;
  const Spectrometer s = build(knobs);
  canvas.reset(kWidth, kHeight, kNight);
  canvas.text(20, 16, "SpectroTune", kText, 3);
  canvas.text(240, 18,
              fmt::format("dipole of {:.2f} T, {:.0f} cm long, {:.2f} of {:.2f} MJ", s.field_tesla,
                          s.magnet_length, stored_energy_mj(s), energy_mj),
              kDim);
  canvas.text(240, 32, fmt::format("acceptance {:.1f} %", 100 * v.acceptance), kAmber);
  text_right(canvas, kWidth - 20, 16, fmt::format("R {:+.3f}", v.reward),
             v.reward > 0 ? kMint : kCoral, 3);
  if (best > -5) text_right(canvas, kWidth - 20, 46, fmt::format("best here {:+.3f}", best), kDim);
  draw_side(s, canvas);
  const Area in = panel(canvas, {20, 410, 1160, 246}, "sigma(p)/p, percent");
  Chart chart(canvas, in, 1, 200, 0.05, 20, "GeV");
  const Spectrometer r = reference();
  chart.curve([&](double p) { return 100 * spectrometer_resolution(r, p); }, kDim, 1.6);
  chart.legend("reference (R = 0)", kDim);
  chart.curve([&](double p) { return 100 * spectrometer_resolution(s, p); }, kAmber, 2.4);
  chart.legend("this spectrometer", kAmber);
  for (std::size_t i = 0; i < kSpectrometerGev.size(); ++i)
    chart.point(kSpectrometerGev[i], 100 * v.resolution[i], kAmber);
}

std::string SpectroTask::json(std::span<const double> knobs) const {
  const Spectrometer s = build(knobs);
  std::string stations;
  for (const double z : s.station) stations += fmt::format("{}{}", stations.empty() ? "" : ", ", z);
  return fmt::format(
      "{{\"stations_cm\": [{}],\n \"magnet\": {{\"middle_cm\": {}, \"length_cm\": {}, "
      "\"field_tesla\": {}, \"half_gap_cm\": {}}}}}\n",
      stations, s.magnet_middle, s.magnet_length, s.field_tesla, s.half_gap);
}

std::vector<std::string> SpectroTask::names() const {
  std::vector<std::string> out;
  for (int i = 1; i <= Spectrometer::kStations; ++i) out.push_back(fmt::format("station{}", i));
  for (const char* name : {"magnet middle", "magnet length", "field", "half gap"})
    out.emplace_back(name);
  return out;
}

SpectroTask read_spectro(const Config& options) {
  SpectroTask out;
  out.energy_mj = options.get<double>("energy_mj", out.energy_mj, 0.01, 10);
  return out;
}

}  // namespace tengen::detector
