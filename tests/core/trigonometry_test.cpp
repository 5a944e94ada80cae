#include "core/trigonometry.hpp"

#include "core/rng.hpp"
#include "tests/catch.hpp"

#include <cstdint>
#include <cstring>
#include <numbers>

using namespace tengen;

namespace {

// How many doubles lie between a and b.
std::int64_t ulps(double a, double b) {
  std::int64_t x = 0, y = 0;
  std::memcpy(&x, &a, sizeof x);
  std::memcpy(&y, &b, sizeof y);
  return x > y ? x - y : y - x;
}

}  // namespace

TEST_CASE("sine and cosine near zero are within one unit in the last place") {
  Rng rng(1);
  for (int i = 0; i < 100'000; ++i) {
    const double x = rng.uniform(-std::numbers::pi / 4, std::numbers::pi / 4);
    const auto [sin, cos] = sin_cos_near_zero(x);
    if (ulps(sin, std::sin(x)) > 1 || ulps(cos, std::cos(x)) > 1) FAIL("x = " << x);
  }
  CHECK(sin_cos_near_zero(0.0).sin == 0);
  CHECK(sin_cos_near_zero(0.0).cos == 1);
}

TEST_CASE("sine and cosine in every quadrant agree with the C library") {
  Rng rng(2);
  for (int i = 0; i < 100'000; ++i) {
    const double x = rng.uniform(-1e5, 1e5);
    const auto [sin, cos] = sin_cos(x);
    if (std::abs(sin - std::sin(x)) > 3e-16 || std::abs(cos - std::cos(x)) > 3e-16)
      FAIL("x = " << x);
  }
  for (int quarter = -8; quarter <= 8; ++quarter) {
    const double x = quarter * std::numbers::pi / 2;
    CHECK(std::abs(sin_cos(x).sin - std::sin(x)) < 1e-22);
    CHECK(std::abs(sin_cos(x).cos - std::cos(x)) < 1e-22);
  }
}
