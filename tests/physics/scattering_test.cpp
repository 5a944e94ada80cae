#include "physics/scattering.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <numbers>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("scattering: displacement and angle are correlated by √3/2, tails as asked") {
  CHECK(highland_angle(1000, 1) == Approx(0.0136));
  const Scatterer plain{2, 1, 0}, tailed = Scatterer::with_tails(2, 7.0);
  CHECK(tailed.core < 1);
  Rng rng(4);
  constexpr int kDraws = 200'000;
  double angle2 = 0, place2 = 0, both = 0;
  int beyond = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Scatterer::Kick k = plain.sample(10, rng);
    angle2 += k.angle * k.angle, place2 += k.displacement * k.displacement;
    both += k.angle * k.displacement;
    beyond += std::abs(tailed.sample(0, rng).angle) > 6 ? 1 : 0;
  }
  CHECK(std::sqrt(angle2 / kDraws) == Approx(2).epsilon(0.01));
  CHECK(std::sqrt(place2 / kDraws) == Approx(20 / std::sqrt(3.0)).epsilon(0.01));
  CHECK(both / std::sqrt(angle2 * place2) == Approx(std::sqrt(3.0) / 2).margin(0.003));
  CHECK(beyond == Approx(kDraws / (9 * (7 - 1.2))).epsilon(0.05));
}

TEST_CASE("Molière's density is normalised") {
  const Moliere m = moliere(material("Au"), 0.03, 16, 0.999);
  double sum = 0;
  constexpr int kSteps = 400;
  const double end = 8 * m.chi_c * std::sqrt(m.b);
  for (int i = 0; i < kSteps; ++i) {
    const double angle = (i + 0.5) * end / kSteps;
    sum += m.density(angle) * 2 * std::numbers::pi * angle * end / kSteps;
  }
  CHECK(sum == Approx(1 - m.chi_c * m.chi_c / (end * end)).margin(2e-3));  // less single scatters
}
