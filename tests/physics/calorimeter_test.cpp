#include "physics/calorimeter.hpp"

#include "core/check.hpp"
#include "core/system/allocations.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <limits>

using namespace tengen;
using namespace tengen::detector;

namespace {

Segment segment(int n, const char* absorber, double absorber_cm, const char* active,
                double active_cm) {
  return {n, &material(absorber), absorber_cm, &material(active), active_cm};
}

}  // namespace

TEST_CASE("the analytic calorimeter is the Monte Carlo's mean") {
  CaloDesign design{{segment(8, "W", 0.2, "Si", 0.05), segment(30, "Pb", 0.3, "Sc", 0.3)}, {}};
  std::vector<float> scratch;
  for (const Readout readout : {Readout{}, Readout{2000, 0.3, 0.01}}) {
    design.readout = readout;
    const Calorimeter calorimeter(design);
    for (const double energy : {1.0, 10.0, 50.0}) {
      const CaloResult a = calorimeter.stack().analytic(energy);
      const CaloResult m = calorimeter.stack().simulate(energy, 40'000, Rng(1), scratch);
      CAPTURE(energy, readout.noise_mev);
      // Few very late showers rule the rms of what leaks: three nodes see most of them.
      CHECK(a.resolution ==
            Approx(m.resolution).margin(4 * m.resolution_error + 0.03 * m.resolution));
      CHECK(a.resolution_unweighted ==
            Approx(m.resolution_unweighted)
                .margin(4 * m.resolution_unweighted_error + 0.01 * m.resolution_unweighted));
      CHECK(a.leakage == Approx(m.leakage).epsilon(0.06).margin(1e-5));
      CHECK(a.visible_fraction == Approx(m.visible_fraction).epsilon(5e-3));
      CHECK(a.half_width == Approx(m.half_width).epsilon(0.025));
    }
  }
}

TEST_CASE("layers seen one by one add up to the segments") {
  const Calorimeter calorimeter({{segment(20, "Pb", 0.4, "Sc", 0.3)}, {}});
  std::vector<float> deposited(20), visible(20), scratch;
  Rng rng(8);
  double mean = 0, square = 0;
  constexpr int kShowers = 50'000;
  for (int i = 0; i < kShowers; ++i) {
    const double leak = calorimeter.stack().simulate_layers(5, rng, deposited, visible);
    double all = leak, seen = 0;
    for (std::size_t k = 0; k < 20; ++k) all += deposited[k], seen += visible[k];
    REQUIRE(all == Approx(5).epsilon(1e-4));
    mean += seen, square += seen * seen;
  }
  mean /= kShowers;
  const double rms = std::sqrt(square / kShowers - mean * mean) / mean;
  const CaloResult m = calorimeter.stack().simulate(5, kShowers, Rng(8), scratch);
  CHECK(mean / 5 == Approx(m.visible_fraction).epsilon(3e-3));
  CHECK(rms == Approx(m.resolution_unweighted).epsilon(0.025));
}

TEST_CASE("a homogeneous block sees everything but what leaks and what its readout adds") {
  const Calorimeter block({{segment(1, "Pb", 0, "PbWO4", 40)}, {}});
  const CaloResult r = block.stack().analytic(10);
  CHECK(r.visible_fraction == Approx(1 - r.leakage));
  CHECK(r.resolution < 1e-3);
  const Calorimeter read({{segment(1, "Pb", 0, "PbWO4", 40)}, {1600, 0, 0}});
  CHECK(read.stack().analytic(4).resolution == Approx(1 / std::sqrt(1600.0 * 4)).epsilon(0.01));
}

TEST_CASE("cutting a uniform stack into segments changes nothing") {
  const Calorimeter whole({{segment(60, "Pb", 0.2, "Sc", 0.4)}, {}});
  const Calorimeter cut(
      {{segment(10, "Pb", 0.2, "Sc", 0.4), segment(50, "Pb", 0.2, "Sc", 0.4)}, {}});
  CHECK(cut.stack().analytic(7).resolution ==
        Approx(whole.stack().analytic(7).resolution).epsilon(1e-5));
}

TEST_CASE("common random numbers: the same showers for every design, counted") {
  CaloSimulator simulator(CaloMode::kMonteCarlo, 500, 3);
  const Calorimeter a({{segment(30, "Pb", 0.4, "Sc", 0.3)}, {}});
  const Calorimeter b({{segment(30, "Pb", 0.401, "Sc", 0.3)}, {}});
  const double first = simulator.evaluate(a, 10).resolution;
  CHECK(simulator.evaluate(a, 10).resolution == first);
  // One design's error is 3 %; the difference of near designs is far better known.
  const double noise = simulator.evaluate(b, 10).resolution / first;
  CHECK(
      noise ==
      Approx(b.stack().analytic(10).resolution / a.stack().analytic(10).resolution).margin(0.012));
  CHECK(simulator.showers() == 1500);
  CaloSimulator analytic(CaloMode::kAnalytic, 500, 3);
  analytic.evaluate(a, 10);
  CHECK(analytic.showers() == 0);
}

TEST_CASE("evaluation allocates nothing once it is under way") {
  const Calorimeter calorimeter({{segment(30, "Pb", 0.4, "Sc", 0.3)}, {}});
  std::vector<float> scratch, deposited(30), visible(30);
  CaloResult result = calorimeter.stack().simulate(10, 100, Rng(1), scratch);
  Rng rng(1);
  const AllocationScope scope;
  result = calorimeter.stack().simulate(10, 100, Rng(1), scratch);
  result = calorimeter.stack().analytic(10);
  calorimeter.stack().simulate_layers(10, rng, deposited, visible);
  CHECK(scope.count() == 0);
  CHECK(result.resolution > 0);
}

TEST_CASE("bad calorimeters are refused by segment and key") {
  const auto message = [](CaloDesign design) {
    try {
      const Calorimeter built(design);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(message({}), ContainsSubstring("segments is empty"));
  CHECK_THAT(message({{segment(1, "Pb", 1, "Sc", 1), segment(2, "Pb", -0.1, "Sc", 1)}, {}}),
             ContainsSubstring("segments[1].t_abs_cm = -0.1"));
  CHECK_THAT(message({{segment(1, "Pb", 1, "Sc", 0)}, {}}),
             ContainsSubstring("segments[0].t_act_cm = 0: must be a number from 0.0001 to 1000"));
  CHECK_THAT(message({{segment(1, "Pb", nan, "Sc", 1)}, {}}),
             ContainsSubstring("segments[0].t_abs_cm = nan"));
  CHECK_THAT(message({{segment(0, "Pb", 1, "Sc", 1)}, {}}), ContainsSubstring("segments[0].n = 0"));
  CHECK_THAT(message({{segment(1, "Pb", 1, "Sc", 1)}, {-1, 0, 0}}),
             ContainsSubstring("photo_electrons_per_gev = -1"));
}
