#include "physics/phones.hpp"

#include "core/usize.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

using namespace tengen;
using namespace tengen::detector;

namespace {

// The exact probability that at least `least` ≤ 64 of independent events happen.
double poisson_binomial_tail(std::span<const double> probabilities, int least) {
  std::vector<double> exactly(64);  // how likely so many are, as far as they are too few
  exactly[0] = 1;
  const auto few = usize(least);
  for (const double p : probabilities)
    for (std::size_t k = few; k-- > 0;)
      exactly[k] = exactly[k] * (1 - p) + (k > 0 ? exactly[k - 1] * p : 0);
  double below = 0;
  for (std::size_t k = 0; k < few; ++k) below += exactly[k];
  return 1 - below;
}

}  // namespace

TEST_CASE("the Poisson-binomial tail is exact, and Poisson's its limit") {
  // Two coins and a die, by hand.
  const std::vector<double> three{0.5, 0.5, 1.0 / 6};
  CHECK(poisson_binomial_tail(three, 0) == 1);
  CHECK(poisson_binomial_tail(three, 1) == Approx(1 - 0.25 * 5 / 6));
  CHECK(poisson_binomial_tail(three, 2) == Approx(0.25 * 5 / 6 + 0.75 / 6));
  CHECK(poisson_binomial_tail(three, 3) == Approx(0.25 / 6));
  CHECK(poisson_binomial_tail(three, 4) == Approx(0).margin(1e-15));
  Rng rng(1);
  std::vector<double> many(3000);
  for (double& p : many) p = 0.004 * rng.uniform_double();
  const double mean = std::accumulate(many.begin(), many.end(), 0.0);
  double squares = 0;
  for (const double p : many) squares += p * p;
  for (const int least : {1, 3, 5, 8})
    CHECK(std::abs(poisson_binomial_tail(many, least) - poisson_tail(mean, least)) < squares);
}

TEST_CASE("muons of a shower fall off with distance and grow with energy") {
  // Greisen's form as it stands: N_µ × 1.25 Γ(1.25)/Γ(2.5) in all.
  const double energy = 3.9e6;
  double sum = 0;
  for (double r = 10; r < 2e5; r *= 1.001)
    sum += 2 * std::numbers::pi * r * r * 0.001 * muon_density(energy, r);
  CHECK(sum == Approx(0.95e5 * 1.25 * std::tgamma(1.25) / std::tgamma(2.5)).epsilon(0.03));
  CHECK(muon_density(1e11, 1000) / muon_density(1e10, 1000) == Approx(std::pow(10, 0.75 / 0.9)));
  CHECK(phone_hit_probability(1 / kPhoneArea) == Approx(1 - std::exp(-1)));
}
