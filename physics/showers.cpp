#include "physics/showers.hpp"

#include "physics/incomplete_gamma.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

double own_critical_mev(const Material& m) {
  return 2.66 * std::pow(m.radiation_gcm2 * m.z_over_a, 1.1);
}

void set_tails(Medium& medium) {
  medium.smallest_beta = 1.25 * std::pow(medium.z, -0.35);
  medium.tail = std::clamp(0.023 * (medium.z - 66), 0.0, 0.186);
}

double log_ratio(const Medium& medium, double energy_gev) {
  return std::log(std::max(energy_gev / medium.critical_gev, kSmallestRatio));
}

}  // namespace

Medium homogeneous_medium(const Material& m) {
  const double critical = own_critical_mev(m);
  Medium out{.z = m.z,
             .critical_gev = critical * 1e-3,
             .radiation_cm = m.radiation_cm(),
             .moliere_cm = m.radiation_cm() * kScatteringMev / critical};
  set_tails(out);
  return out;
}

Medium sampling_medium(const Material& absorber, double absorber_cm, const Material& active,
                       double active_cm) {
  if (absorber_cm <= 0) return homogeneous_medium(active);
  if (active_cm <= 0) return homogeneous_medium(absorber);
  const Mixture cell = mix(absorber, absorber_cm, active, active_cm);
  const double share = absorber_cm / absorber.radiation_cm() * cell.radiation_cm /
                       (absorber_cm + active_cm);  // of the radiation lengths
  Medium out;
  out.z = cell.z;
  out.critical_gev =
      (share * own_critical_mev(absorber) + (1 - share) * own_critical_mev(active)) * 1e-3;
  out.inverse_fs = (absorber_cm + active_cm) / cell.radiation_cm;
  out.e_hat = 1 / (1 + 0.007 * (absorber.z - active.z));
  out.radiation_cm = cell.radiation_cm;
  out.moliere_cm = cell.radiation_cm * kScatteringMev * 1e-3 / out.critical_gev;
  set_tails(out);
  return out;
}

double Profile::density(double depth) const {
  if (depth <= start) return 0;
  const double constant = std::log(beta) - std::lgamma(alpha);
  const auto gamma = [&](double x) { return std::exp((alpha - 1) * std::log(x) - x + constant); };
  const double x = beta * (depth - start);
  return (1 - tail) * gamma(x) + tail / kStretch * gamma(x / kStretch);
}

double Profile::within(double depth) const {
  if (std::isinf(depth)) return 1;
  const double x = beta * std::max(depth - start, 0.0);
  if (tail <= 0) return incomplete_gamma(alpha, x);
  return (1 - tail) * incomplete_gamma(alpha, x) + tail * incomplete_gamma(alpha, x / kStretch);
}

double Profile::containing(double fraction) const {
  double low = 0, high = 10;
  while (within(high) < fraction) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double depth = (low + high) / 2;
    (within(depth) < fraction ? low : high) = depth;
  }
  return low;
}

// Sections 3.1.1 (homogeneous) and 4.1.1 (sampling).
Profile average_profile(const Medium& medium, double energy_gev) {
  const double y = log_ratio(medium, energy_gev);
  const double t = y - 0.858 - 0.59 * medium.inverse_fs - 0.53 * (1 - medium.e_hat);
  const double alpha = 0.21 + (0.492 + 2.38 / medium.z) * y - 0.444 * medium.inverse_fs;
  const double a = std::max(alpha, 1.05);
  return {a, (a - 1) / std::max(t, 0.2), medium.tail / y};
}

// Sections 3.1.2 and 4.1.2. The floors keep thick cells at low energy, far from where the formulas
// were fitted, finite.
Fluctuation fluctuation(const Medium& medium, double energy_gev) {
  const double y = log_ratio(medium, energy_gev);
  const double t = y - 0.812, alpha = 0.81 + (0.458 + 2.26 / medium.z) * y;
  if (medium.inverse_fs <= 0)
    return {std::log(t), std::log(alpha),      1 / (-1.4 + 1.26 * y), 1 / (-0.58 + 0.86 * y),
            0.78,        medium.smallest_beta, medium.tail / y};
  const double t_s = t - 0.55 * medium.inverse_fs - 0.69 * (1 - medium.e_hat);
  const double alpha_s = alpha - 0.476 * medium.inverse_fs;
  return {std::log(std::max(t_s, 0.2)),
          std::log(std::max(alpha_s, 1.05)),
          1 / std::max(-2.5 + 1.25 * y, 1.0),
          1 / std::max(-0.82 + 0.79 * y, 1.0),
          std::clamp(0.784 - 0.023 * y, 0.0, 1.0),
          medium.smallest_beta,
          medium.tail / y};
}

Profile Fluctuation::shower(double z1, double z2, double start) const {
  const double common = std::sqrt((1 + correlation) / 2) * z1;
  const double apart = std::sqrt((1 - correlation) / 2) * z2;
  const double t = std::exp(mean_ln_t + sigma_ln_t * (common + apart));
  const double alpha = std::exp(mean_ln_alpha + sigma_ln_alpha * (common - apart));
  const double a = std::clamp(alpha, 1 + smallest_beta * t, GammaTable::kLargest);
  return {a, (a - 1) / t, tail, start};
}

Albedo albedo(const Medium& medium, double energy_gev) {
  constexpr double kPortionGev = 0.006;
  const double mean = 0.0052 * std::pow(medium.z / 82, 1.3) * std::pow(energy_gev, -0.33);
  return {mean, mean * kPortionGev / energy_gev};
}

double RadialProfile::within(double r) const {
  if (std::isinf(r)) return 1;
  const double r2 = r * r;
  return core_fraction * r2 / (r2 + core * core) + (1 - core_fraction) * r2 / (r2 + tail * tail);
}

double RadialProfile::sample(Rng& rng) const {
  const double width = rng.chance(core_fraction) ? core : tail;
  const double u = rng.uniform_double();
  return width * std::sqrt(u / (1 - u));
}

// Sections 3.2 and 4.2.
RadialProfile radial_profile(const Medium& medium, double energy_gev, double tau) {
  const double e = std::log(energy_gev), z = medium.z, thin = 1 - medium.e_hat;
  RadialProfile out;
  out.core = 0.0251 + 0.00319 * e + (0.1162 - 0.000381 * z) * tau;
  const double k1 = 0.659 - 0.00309 * z, k2 = 0.645, k3 = -2.59, k4 = 0.3585 + 0.0421 * e;
  out.tail = k1 * (std::exp(k3 * (tau - k2)) + std::exp(k4 * (tau - k2)));
  out.tail *= std::exp(-0.146 + 0.0387 * std::log(z) - 13.9 * medium.critical_gev / energy_gev);
  const double p1 = 2.632 - 0.00094 * z, p2 = 0.401 + 0.00187 * z, p3 = 1.313 - 0.0686 * e;
  const double s = (p2 - tau) / p3;
  out.core_fraction = p1 * std::exp(s - std::exp(s));
  if (medium.inverse_fs > 0) {
    const double decay = std::exp(-tau), near = std::exp(-(tau - 1) * (tau - 1));
    out.core += -0.0203 * thin + 0.0397 * medium.inverse_fs * decay;
    out.tail += -0.14 * thin - 0.495 * medium.inverse_fs * decay;
    out.core_fraction += thin * (0.348 - 0.642 * medium.inverse_fs * near);
  }
  out.core = std::max(out.core, 1e-3);
  out.tail = std::max(out.tail, out.core);
  out.core_fraction = std::clamp(out.core_fraction, 0.0, 1.0);
  return out;
}

double spots(const Medium& medium, double energy_gev) {
  return 93 * std::log(medium.z) * std::pow(energy_gev, 0.876);
}

double contained(const Medium& medium, double energy_gev, double depth, double radius) {
  constexpr int kSlices = 400;
  const Profile profile = average_profile(medium, energy_gev);
  const double end = std::min(depth, profile.containing(1 - 1e-9));
  double sum = 0, before = 0;
  for (int i = 0; i < kSlices; ++i) {
    const double middle = (i + 0.5) * end / kSlices, next = profile.within((i + 1) * end / kSlices);
    sum += (next - before) *
           radial_profile(medium, energy_gev, middle / profile.maximum()).within(radius);
    before = next;
  }
  return sum;
}

}  // namespace tengen::detector
