#include "physics/showers.hpp"

#include "tests/catch.hpp"

#include <limits>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("a tenth of the showers begin late") {
  const Fluctuation f = fluctuation(homogeneous_medium(material("Cu")), 5);
  int late = 0;
  double sum = 0;
  constexpr int kShowers = 100'000;
  for (int i = 0; i < kShowers; ++i) {
    const double start = Fluctuation::start((i + 0.5) / kShowers);
    late += start > 0 ? 1 : 0;
    sum += start;
  }
  CHECK(late == Approx(0.102 * kShowers).margin(1));
  CHECK(sum / late == Approx(9.0 / 7).epsilon(1e-3));
  Profile shower = f.shower(0.3, -0.5);
  const Profile front = shower;
  shower.start = 4;
  CHECK(shower.within(3.9) == 0);
  CHECK(shower.density(4) == 0);
  CHECK(shower.within(12) == Approx(front.within(8)));
  CHECK(shower.density(12) == Approx(front.density(8)));
  CHECK(shower.mean_depth() == Approx(front.mean_depth() + 4));
  CHECK(shower.maximum() == Approx(front.maximum() + 4));
}

TEST_CASE("a shower's parts add up, and its radii are drawn as they are distributed") {
  const Medium iron = homogeneous_medium(material("Fe"));
  const Profile p = average_profile(iron, 10);
  CHECK(p.within(p.containing(0.9)) == Approx(0.9));
  CHECK(p.density(p.maximum()) > p.density(p.maximum() + 0.1));
  CHECK(p.density(p.maximum()) > p.density(p.maximum() - 0.1));
  CHECK((p.within(5.01) - p.within(4.99)) / 0.02 == Approx(p.density(5)).epsilon(1e-4));
  CHECK(contained(iron, 10, 1e9, std::numeric_limits<double>::infinity()) == Approx(1));
  const RadialProfile radial = radial_profile(iron, 10, 1);
  Rng rng(5);
  int inside = 0;
  for (int i = 0; i < 100'000; ++i) inside += radial.sample(rng) < 0.5 ? 1 : 0;
  CHECK(inside == Approx(100'000 * radial.within(0.5)).margin(600));
  // A sampling cell of two equal materials is that material, but for its thickness.
  const Medium lead = sampling_medium(material("Pb"), 1e-6, material("Pb"), 1e-6);
  CHECK(average_profile(lead, 5).alpha ==
        Approx(average_profile(homogeneous_medium(material("Pb")), 5).alpha).epsilon(1e-4));
}
