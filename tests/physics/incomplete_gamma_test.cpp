#include "physics/incomplete_gamma.hpp"

#include "core/samplers.hpp"
#include "core/usize.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("the incomplete gamma function has its known values, and its table follows") {
  for (const double x : {0.1, 1.0, 5.0, 30.0}) {
    CHECK(incomplete_gamma(1, x) == Approx(1 - std::exp(-x)).epsilon(1e-13));
    CHECK(incomplete_gamma(0.5, x) == Approx(std::erf(std::sqrt(x))).epsilon(1e-13));
    CHECK(incomplete_gamma(3, x) == Approx(1 - std::exp(-x) * (1 + x + x * x / 2)).epsilon(1e-12));
  }
  CHECK(inverse_incomplete_gamma(1, 0.5) == Approx(std::log(2)));
  double worst = 0;
  for (double a = GammaTable::kSmallest; a <= GammaTable::kLargest; a += 0.0173) {
    const GammaTable::Row row = GammaTable::shared().row(a);
    const GammaTable::Row tailed = GammaTable::shared().row(a, 0.3);
    for (double x = 0; x < 110; x += 0.0937) {
      const double p = incomplete_gamma(a, x), far = incomplete_gamma(a, x / 2);
      worst = std::max(worst, std::abs(row(x) - p));
      if (x < 99) worst = std::max(worst, std::abs(tailed(x) - (p - 0.3 * (p - far))));
    }
  }
  CHECK(worst < 2e-5);
}

TEST_CASE("Gamma draws follow the incomplete gamma function, by Kolmogorov and Smirnov") {
  Rng rng(2);
  for (const double shape : {0.02, 0.4, 1.0, 2.5, 80.0}) {
    constexpr int kDraws = 20'000;
    std::vector<double> draws, of_logarithms;
    for (int i = 0; i < kDraws; ++i) {
      draws.push_back(incomplete_gamma(shape, sample_gamma(shape, Ziggurat::shared(), rng)));
      of_logarithms.push_back(incomplete_gamma(shape, std::exp(sample_log_gamma(shape, rng))));
    }
    for (std::vector<double>* const uniform : {&draws, &of_logarithms}) {
      std::ranges::sort(*uniform);
      double distance = 0;
      for (int i = 0; i < kDraws; ++i)
        distance = std::max(distance, std::abs((*uniform)[usize(i)] - (i + 0.5) / kDraws));
      CAPTURE(shape);
      CHECK(distance * std::sqrt(kDraws) < 1.95);  // 0.1 %
    }
  }
}
