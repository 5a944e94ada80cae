#include "physics/ionisation.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detector {

Projectile Projectile::with_kinetic(double mass_mev, double kinetic_mev, double charge) {
  return {mass_mev, std::sqrt(kinetic_mev * (kinetic_mev + 2 * mass_mev)) / mass_mev, charge};
}

double Projectile::largest_transfer_mev() const {
  const double gamma = std::sqrt(1 + beta_gamma * beta_gamma), ratio = kElectronMev / mass_mev;
  return 2 * kElectronMev * beta_gamma * beta_gamma / (1 + 2 * gamma * ratio + ratio * ratio);
}

double density_effect(const DensityEffect& m, double beta_gamma) {
  constexpr double kTwoLn10 = 2 * std::numbers::ln10;
  const double x = std::log10(beta_gamma);
  if (x >= m.x1) return kTwoLn10 * x - m.c;
  if (x >= m.x0) return kTwoLn10 * x - m.c + m.a * std::pow(m.x1 - x, m.k);
  return m.delta0 * std::pow(10.0, 2 * (x - m.x0));
}

DensityEffect general_density_effect(double excitation_ev, double plasma_ev) {
  const double c = 2 * std::log(excitation_ev / plasma_ev) + 1;
  const bool light = excitation_ev < 100;
  const double x1 = light ? 2 : 3;
  const double x0 = c < (light ? 3.681 : 5.215) ? 0.2 : 0.326 * c - x1 / 2;
  return {c, x0, x1, (c - 2 * std::numbers::ln10 * x0) / std::pow(x1 - x0, 3), 3, 0};
}

double restricted_loss(const Material& material, const Projectile& p, double cut_mev) {
  const double largest = p.largest_transfer_mev(), cut = std::min(cut_mev, largest);
  const double beta2 = p.beta_squared(), excitation = material.excitation_ev * 1e-6;
  const double inside = 2 * kElectronMev * p.beta_gamma * p.beta_gamma * cut;
  return kBetheMevCm2 * p.charge * p.charge * material.z_over_a / beta2 *
         (0.5 * std::log(inside / (excitation * excitation)) - beta2 / 2 * (1 + cut / largest) -
          density_effect(material.density_effect, p.beta_gamma) / 2);
}

double mean_loss(const Material& material, const Projectile& projectile) {
  return restricted_loss(material, projectile, projectile.largest_transfer_mev());
}

double electron_energy_of_range(double x_gcm2) {
  double low = 1e-3, high = 10;  // the range grows with energy in between
  for (int i = 0; i < 60; ++i) {
    const double t = std::sqrt(low * high), l = std::log(t);
    (0.412 * std::exp((1.265 - 0.0954 * l) * l) < x_gcm2 ? low : high) = t;
  }
  return low;
}

double mean_deposit(const Material& material, const Projectile& projectile, double x_gcm2) {
  return x_gcm2 * restricted_loss(material, projectile, electron_energy_of_range(x_gcm2));
}

MinimumIonisation minimum_ionisation(const Material& material) {
  const auto loss = [&](double ln) { return mean_loss(material, {kMuonMev, std::exp(ln), 1}); };
  constexpr double kGolden = 0.6180339887498949;
  double low = std::log(1.0), high = std::log(20.0);
  while (high - low > 1e-7) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (loss(a) < loss(b) ? high : low) = loss(a) < loss(b) ? b : a;
  }
  return {loss(low), std::exp(low)};
}

double muon_range(const Material& material, double kinetic_mev) {
  constexpr double kStart = 5;  // MeV: below, range ∝ T^1.75
  constexpr int kSteps = 400;
  TENGEN_CHECK(kinetic_mev > kStart);
  const auto inverse_loss = [&](double ln) {
    const double t = std::exp(ln);
    return t / mean_loss(material, Projectile::with_kinetic(kMuonMev, t));
  };
  const double from = std::log(kStart), step = (std::log(kinetic_mev) - from) / kSteps;
  double sum = 0;  // Simpson in ln T
  for (int i = 0; i < kSteps; ++i) {
    const double left = from + i * step;
    sum += inverse_loss(left) + 4 * inverse_loss(left + step / 2) + inverse_loss(left + step);
  }
  return inverse_loss(from) / 1.75 + sum * step / 6;
}

Straggling straggling(const Material& material, const Projectile& p, double x_gcm2) {
  const double beta2 = p.beta_squared(), excitation = material.excitation_ev * 1e-6;
  const double xi =
      kBetheMevCm2 / 2 * material.z_over_a * p.charge * p.charge * x_gcm2 / beta2;  // MeV
  const double most = xi * (std::log(2 * kElectronMev * p.beta_gamma * p.beta_gamma / excitation) +
                            std::log(xi / excitation) + 0.200 - beta2 -
                            density_effect(material.density_effect, p.beta_gamma));
  return {xi * 1e3, most * 1e3};
}

double landau_density(double lambda) {
  // e^(−u ln u − λu) falls below 1e-12 of its maximum, e^(e^(−1−λ)), well before this u.
  const double end = std::max(12.0, 10 * std::exp(-1 - lambda) + 12);
  const int steps = static_cast<int>(end * 400) & ~1;
  const double step = end / steps;
  double sum = 0;
  for (int i = 1; i < steps; ++i) {
    const double u = i * step;
    sum += (i % 2 == 1 ? 4 : 2) * std::exp(-u * std::log(u) - lambda * u) *
           std::sin(std::numbers::pi * u);
  }
  return sum * step / 3 / std::numbers::pi;
}

}  // namespace tengen::detector
