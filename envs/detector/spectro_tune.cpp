#include "envs/detector/spectro_tune.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
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
