#include "physics/scattering.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detector {
namespace {

// Molière's fₙ(ϑ) = 1/n! ∫ u J₀(ϑu) e^(−u²/4) (u²/4 ln u²/4)ⁿ du.
double moliere_term(int n, double reduced_angle) {
  constexpr double kEnd = 14, kStep = 0.02;  // e^(−u²/4) is 5e-22 there
  double sum = 0;
  for (int i = 1; i < static_cast<int>(kEnd / kStep); ++i) {
    const double u = i * kStep, q = u * u / 4;
    const double power = n == 0   ? 1
                         : n == 1 ? q * std::log(q)
                                  : q * q * std::log(q) * std::log(q) / 2;
    sum +=
        (i % 2 == 1 ? 4 : 2) * u * std::cyl_bessel_j(0, reduced_angle * u) * std::exp(-q) * power;
  }
  return sum * kStep / 3;
}

double within(double t) {
  return std::erf(t / std::numbers::sqrt2);
}  // probability of ±t standard deviations

// ∫ x² of the standard normal law over ±t.
double second_moment_within(double t) {
  return within(t) - 2 * t * std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi);
}

// The rms of the part of the mixture inside 3 θ0, in θ0.
double inner_rms(double core, double tail) {
  constexpr double kWide = Scatterer::kTailWidth;
  const double moment = (1 - tail) * core * core * second_moment_within(3 / core) +
                        tail * kWide * kWide * second_moment_within(3 / kWide);
  return std::sqrt(moment / ((1 - tail) * within(3 / core) + tail * within(3 / kWide)));
}

// χ_c², and what is averaged over the elements with their shares of it: ln χ_a² and Fano's term.
struct Angles {
  double chi_c2 = 0, log_chi_a2 = 0, fano = 0;
};

Angles characteristic(const Material& material, double x_gcm2, double momentum_mev,
                      double beta_squared, double charge) {
  TENGEN_CHECK(x_gcm2 > 0 && beta_squared > 0);
  const double p2 = momentum_mev * momentum_mev;
  Angles out;
  for (const Part& part : material.parts) {
    if (part.weight <= 0) continue;
    const double z = part.z, z23 = std::cbrt(z) * std::cbrt(z);
    const double alpha = z * charge * kFineStructure, alpha2 = alpha * alpha / beta_squared;
    const double c2 =
        0.157 * part.weight * z * (z + 1) / part.a * x_gcm2 * charge * charge / (p2 * beta_squared);
    out.chi_c2 += c2;
    out.log_chi_a2 += c2 * std::log(2.007e-5 * z23 * (1 + 3.34 * alpha2) / p2);
    out.fano += c2 * (std::log(0.160 / z23 * (1 + 3.33 * alpha2)) + 5.8) / (z + 1);
  }
  TENGEN_CHECK(out.chi_c2 > 0, "{} lists no elements", material.name);
  out.log_chi_a2 /= out.chi_c2;
  out.fano /= out.chi_c2;
  return out;
}

}  // namespace

double highland_angle(double pbeta_mev, double lengths, double charge, double beta_squared,
                      HighlandLogarithm logarithm) {
  if (lengths <= 0) return 0;
  const double inside =
      logarithm == HighlandLogarithm::kCurrent ? lengths * charge * charge / beta_squared : lengths;
  return 13.6 / pbeta_mev * charge * std::sqrt(lengths) * (1 + 0.038 * std::log(inside));
}

double lynch_dahl_angle(const Material& material, double x_gcm2, double momentum_mev,
                        double beta_squared, double charge) {
  constexpr double kF = 0.98;
  const Angles angles = characteristic(material, x_gcm2, momentum_mev, beta_squared, charge);
  const double v = std::exp(std::log(angles.chi_c2) - angles.log_chi_a2) / (2 * (1 - kF));
  return std::sqrt(angles.chi_c2 / (1 + kF * kF) * ((1 + v) / v * std::log1p(v) - 1));
}

Moliere moliere(const Material& material, double x_gcm2, double momentum_mev, double beta_squared,
                double charge) {
  const Angles angles = characteristic(material, x_gcm2, momentum_mev, beta_squared, charge);
  const double rhs = std::log(angles.chi_c2) - angles.log_chi_a2 + angles.fano - 0.154;
  double b = std::max(2.0, rhs);
  for (int i = 0; i < 100; ++i) b = std::max(1.1, rhs + std::log(b));  // converges as 1/B
  return {std::sqrt(angles.chi_c2), b};
}

double Moliere::density(double angle) const {
  const double reduced = angle / (chi_c * std::sqrt(b));
  const double f = 2 * std::exp(-reduced * reduced) + moliere_term(1, reduced) / b +
                   moliere_term(2, reduced) / (b * b);
  return f / (2 * std::numbers::pi * chi_c * chi_c * b);
}

double Moliere::one_over_e() const {
  const double wanted = density(0) / std::numbers::e;
  double low = 0, high = 2 * chi_c * std::sqrt(b);
  for (int i = 0; i < 40; ++i) {
    const double t = (low + high) / 2;
    (density(t) > wanted ? low : high) = t;
  }
  return low;
}

Scatterer Scatterer::with_tails(double theta0, double moliere_b) {
  const double wide_beyond = 1 - within(3 / kTailWidth);
  const double wanted = 1 / (9 * std::max(2.0, moliere_b - 1.2));
  const double gaussian_rms = inner_rms(1, 0);
  double core = 1, tail = 0;
  for (int i = 0; i < 20; ++i) {  // the two conditions in turn, which settles quickly
    const double core_beyond = 1 - within(3 / core);
    tail = std::clamp((wanted - core_beyond) / (wide_beyond - core_beyond), 0.0, 0.2);
    double low = 0.5, high = 1;
    for (int j = 0; j < 40; ++j) {
      core = (low + high) / 2;
      (inner_rms(core, tail) < gaussian_rms ? low : high) = core;
    }
  }
  return {theta0, core, tail};
}

Scatterer Scatterer::layer(const Material& material, double x_gcm2, double momentum_mev,
                           double beta_squared, double charge) {
  return with_tails(lynch_dahl_angle(material, x_gcm2, momentum_mev, beta_squared, charge),
                    moliere(material, x_gcm2, momentum_mev, beta_squared, charge).b);
}

Scatterer::Kick Scatterer::sample(double thickness, Rng& rng) const {
  const double width = theta0 * (tail > 0 && rng.chance(tail) ? kTailWidth : core);
  const double z1 = rng.normal(), z2 = rng.normal();
  return {z2 * width, thickness * width * (z1 / std::sqrt(12.0) + z2 / 2)};
}

}  // namespace tengen::detector
