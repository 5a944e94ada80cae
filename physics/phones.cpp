#include "physics/phones.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tengen::detector {

double muon_density(double energy_gev, double distance_m) {
  const double electrons = std::pow(energy_gev / 3.9e6, 1 / 0.9);  // 10⁶ of them
  const double muons = 0.95e5 * std::pow(electrons, 0.75);
  const double r = std::max(distance_m, 10.0);
  return 1.25 * muons / (2 * std::numbers::pi * std::tgamma(1.25)) * std::pow(320, -1.25) *
         std::pow(r, -0.75) * std::pow(1 + r / 320, -2.5);
}

double phone_hit_probability(double density) { return -std::expm1(-density * kPhoneArea); }

double poisson_binomial_tail(std::span<const double> probabilities, int least) {
  constexpr std::size_t kMost = 64;
  TENGEN_CHECK(least >= 0 && least <= static_cast<int>(kMost));
  std::array<double, kMost> exactly{1};  // hits so far, as far as they are too few
  const auto few = usize(least);
  for (const double p : probabilities)
    for (std::size_t k = few; k-- > 0;)
      exactly[k] = exactly[k] * (1 - p) + (k > 0 ? exactly[k - 1] * p : 0);
  double below = 0;
  for (std::size_t k = 0; k < few; ++k) below += exactly[k];
  return 1 - below;
}

double poisson_tail(double mean, int least) {
  double term = 1, below = 0;
  for (int k = 0; k < least; ++k) {
    below += term;
    term *= mean / (k + 1);
  }
  return std::max(0.0, 1 - std::exp(-mean) * below);
}

}  // namespace tengen::detector
