#include "physics/muons.hpp"

#include <cmath>
#include <numbers>

namespace tengen::detector {
namespace {

constexpr double kHighest = 1e5;  // GeV: the integrals end here

// Guan et al., equations 2 and 3.
double guan(double e, double c) {
  constexpr double kP1 = 0.102573, kP2 = -0.068287, kP3 = 0.958633, kP4 = 0.0407253, kP5 = 0.817285;
  const double curved =
      std::sqrt((c * c + kP1 * kP1 + kP2 * std::pow(c, kP3) + kP4 * std::pow(c, kP5)) /
                (1 + kP1 * kP1 + kP2 + kP4));
  return 0.14 * std::pow(e * (1 + 3.64 / (e * std::pow(curved, 1.29))), -2.7) *
         (1 / (1 + 1.1 * e * curved / 115) + 0.054 / (1 + 1.1 * e * curved / 850));
}

double shukla(double e, double c) {
  constexpr double kN = 3, kE0 = 3.87, kLowest = 0.5, kI0 = 88e-4 /* cm⁻² s⁻¹ sr⁻¹ */, kRatio = 174;
  const double norm = (kN - 1) * std::pow(kE0 + kLowest, kN - 1);
  const double way = std::sqrt(kRatio * kRatio * c * c + 2 * kRatio + 1) - kRatio * c;
  return kI0 * norm * std::pow(kE0 + e, -kN) / (1 + e / 854) * std::pow(way, -(kN - 1));
}

// Simpson over ln E of f(E) E.
template <class F>
double integrate_energy(double from, F f) {
  constexpr int kSteps = 1000;
  const double low = std::log(from), step = (std::log(kHighest) - low) / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double e = std::exp(low + i * step);
    sum += (i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2) * f(e) * e;
  }
  return sum * step / 3;
}

}  // namespace

double muon_flux(MuonFlux formula, double energy_gev, double cosine) {
  return formula == MuonFlux::kGuan ? guan(energy_gev, cosine) : shukla(energy_gev, cosine);
}

double muon_intensity(MuonFlux formula, double from_gev, double cosine) {
  return integrate_energy(from_gev, [&](double e) { return muon_flux(formula, e, cosine); });
}

double vertical_mean_energy(MuonFlux formula, double from_gev) {
  return integrate_energy(from_gev, [&](double e) { return e * muon_flux(formula, e, 1); }) /
         muon_intensity(formula, from_gev, 1);
}

double muon_rate(MuonFlux formula, double from_gev) {
  constexpr int kSteps = 200;
  double rate = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double c = (i + 0.5) / kSteps, around = 2 * std::numbers::pi * c / kSteps;
    rate += around * muon_intensity(formula, from_gev, c);
  }
  return rate * 60;
}

}  // namespace tengen::detector
