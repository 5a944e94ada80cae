#include "core/samplers.hpp"

#include "tests/catch.hpp"

#include <cmath>

using namespace tengen;

TEST_CASE("the ziggurat draws normal numbers") {
  Rng rng(1);
  const Ziggurat& ziggurat = Ziggurat::shared();
  constexpr int kDraws = 1'000'000;
  double square = 0, fourth = 0, sum = 0;
  int inner = 0, tail = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = ziggurat.normal(rng);
    sum += x, square += x * x, fourth += x * x * x * x;
    inner += std::abs(x) < 0.5 ? 1 : 0;
    tail += std::abs(x) > 3.5 ? 1 : 0;
  }
  CHECK(std::abs(sum / kDraws) < 5e-3);
  CHECK(square / kDraws == Approx(1).margin(7e-3));
  CHECK(fourth / kDraws == Approx(3).margin(0.05));
  CHECK(inner == Approx(0.382925 * kDraws).margin(2500));
  CHECK(tail == Approx(4.6526e-4 * kDraws).margin(110));
}

TEST_CASE("a log-uniform number is as often below the geometric mean as above it") {
  Rng rng(3);
  int below = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double x = log_uniform(rng, 0.1, 1000);
    REQUIRE((x >= 0.1 && x <= 1000));
    below += x < 10 ? 1 : 0;
  }
  CHECK(below == Approx(5000).margin(200));
}
