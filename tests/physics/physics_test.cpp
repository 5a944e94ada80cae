// The detector simulator's parts against mathematics; against measurements, `validate` compares.
#include "core/check.hpp"
#include "physics/incomplete_gamma.hpp"
#include "physics/ionisation.hpp"
#include "physics/muons.hpp"
#include "core/samplers.hpp"
#include "physics/scattering.hpp"
#include "physics/showers.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("an unknown material is named with the nearest one") {
  CHECK(material("Pb").z == 82);
  REQUIRE_THROWS_WITH(material("PbWO"), ContainsSubstring("unknown material 'PbWO'") &&
                                            ContainsSubstring("did you mean 'PbWO4'?"));
  REQUIRE_THROWS_AS(material(""), Error);
}

TEST_CASE("a mixture of equal halves is its material") {
  const Material& lead = material("Pb");
  const Mixture same = mix(lead, 0.3, lead, 0.7);
  CHECK(same.radiation_cm == Approx(lead.radiation_cm()));
  CHECK(same.moliere_cm == Approx(lead.moliere_cm()));
  CHECK(same.z == Approx(82));
}

TEST_CASE("lead tungstate's density effect is that of Sternheimer's oscillators") {
  // R. M. Sternheimer, Phys. Rev. 88 (1952) 851; Sternheimer, Berger and Seltzer 1984: binding
  // energies (X-ray Data Booklet) scaled by one factor ρ so that they yield the mean excitation
  // energy; then δ from the pole of the dielectric function.
  struct Shell {
    double electrons, binding_ev;
  };
  const std::vector<Shell> lead{{2, 88005}, {2, 15861}, {2, 15200}, {4, 13035}, {2, 3851},
                                {2, 3554},  {4, 3066},  {4, 2586},  {6, 2484},  {2, 891.8},
                                {2, 761.9}, {4, 643.5}, {4, 434.3}, {6, 412.2}, {6, 141.7},
                                {8, 136.9}, {2, 147},   {2, 106.4}, {4, 83.3},  {4, 20.7},
                                {6, 18.1},  {4, 7.4}};
  std::vector<Shell> tungstate = lead;
  for (const Shell& tungsten : std::vector<Shell>{
           {2, 69525}, {2, 12100}, {2, 11544}, {4, 10207}, {2, 2820},  {2, 2575},  {4, 2281},
           {4, 1872},  {6, 1809},  {2, 594.1}, {2, 490.4}, {4, 423.6}, {4, 255.9}, {6, 243.5},
           {6, 33.6},  {8, 31.4},  {2, 75.6},  {2, 45.3},  {4, 36.8},  {6, 7.9}})
    tungstate.push_back(tungsten);
  for (const Shell& oxygen : std::vector<Shell>{{2, 543.1}, {2, 41.6}, {4, 13.6}})
    tungstate.push_back({4 * oxygen.electrons, oxygen.binding_ev});
  const auto root = [](double low, double high, auto&& rising) {  // in the logarithm
    for (int i = 0; i < 200; ++i) {
      const double x = std::sqrt(low * high);
      (rising(x) > 0 ? high : low) = x;
    }
    return low;
  };
  const auto delta = [&](const std::vector<Shell>& shells, const Material& m, double beta_gamma) {
    double all = 0;
    for (const Shell& s : shells) all += s.electrons;
    const double rho = root(0.01, 100, [&](double factor) {
      double sum = -std::log(m.excitation_ev);
      for (const Shell& s : shells) {
        const double f = s.electrons / all;
        sum += f * std::log(std::hypot(factor * s.binding_ev, std::sqrt(2 * f / 3) * m.plasma_ev));
      }
      return sum;
    });
    const double beta2 = beta_gamma * beta_gamma / (1 + beta_gamma * beta_gamma);
    const double pole = root(1e-9, 1e9, [&](double l) {
      double sum = 1 / beta2 - 1;
      for (const Shell& s : shells)
        sum -= s.electrons / all / (std::pow(rho * s.binding_ev / m.plasma_ev, 2) + l * l);
      return sum;
    });
    double out = -pole * pole * (1 - beta2);
    for (const Shell& s : shells) {
      const double f = s.electrons / all;
      const double own = std::pow(rho * s.binding_ev / m.plasma_ev, 2) + 2 * f / 3;
      out += f * std::log(1 + pole * pole / own);
    }
    return out;
  };
  for (const double beta_gamma : {1.0, 3.0, 10.0, 100.0, 1000.0, 10'000.0}) {
    CAPTURE(beta_gamma);
    const Material &crystal = material("PbWO4"), &metal = material("Pb");
    // In lead the published parameters say how good the model is.
    CHECK(density_effect(metal.density_effect, beta_gamma) ==
          Approx(delta(lead, metal, beta_gamma)).margin(0.06));
    CHECK(density_effect(crystal.density_effect, beta_gamma) ==
          Approx(delta(tungstate, crystal, beta_gamma)).margin(0.04));
  }
}

TEST_CASE("the general density effect is the PDG's where that has no other") {
  const Material& argon = material("LAr");  // k = 3: by the general form, but of the gas's x0
  const DensityEffect d = general_density_effect(argon.excitation_ev, argon.plasma_ev);
  CHECK(d.c == Approx(argon.density_effect.c).epsilon(2e-3));
  CHECK(d.x0 == Approx(argon.density_effect.x0).margin(1e-3));
  CHECK(d.x1 == argon.density_effect.x1);
  CHECK(d.a == Approx(argon.density_effect.a).epsilon(0.01));
}

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

TEST_CASE("Gamma draws follow the incomplete gamma function, by Kolmogorov and Smirnov") {
  Rng rng(2);
  for (const double shape : {0.02, 0.4, 1.0, 2.5, 80.0}) {
    constexpr int kDraws = 20'000;
    std::vector<double> draws;
    for (int i = 0; i < kDraws; ++i)
      draws.push_back(incomplete_gamma(shape, sample_gamma(shape, Ziggurat::shared(), rng)));
    std::ranges::sort(draws);
    double distance = 0;
    for (int i = 0; i < kDraws; ++i)
      distance =
          std::max(distance, std::abs(draws[static_cast<std::size_t>(i)] - (i + 0.5) / kDraws));
    CAPTURE(shape);
    CHECK(distance * std::sqrt(kDraws) < 1.95);  // 0.1 %
  }
}

TEST_CASE("Landau's density has its mode, half widths and draws") {
  CHECK(landau_density(kLandauMode) == Approx(0.180656).epsilon(1e-4));
  CHECK(landau_density(kLandauMode + 0.01) < landau_density(kLandauMode));
  CHECK(landau_density(kLandauMode - 0.01) < landau_density(kLandauMode));
  CHECK(landau_density(-1.5868) / landau_density(kLandauMode) == Approx(0.5).margin(2e-3));
  CHECK(landau_density(2.4317) / landau_density(kLandauMode) == Approx(0.5).margin(2e-3));
  Rng rng(3);
  constexpr int kDraws = 200'000;
  int below = 0, within = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = sample_landau(rng);
    below += x < 0 ? 1 : 0;
    within += x >= 0 && x < 5 ? 1 : 0;
  }
  const auto area = [](double from, double to) {
    double sum = 0;
    for (int i = 0; i < 200; ++i) sum += landau_density(from + (i + 0.5) * (to - from) / 200);
    return sum * (to - from) / 200;
  };
  CHECK(below == Approx(kDraws * area(-4, 0)).margin(900));
  CHECK(within == Approx(kDraws * area(0, 5)).margin(900));
}

TEST_CASE("scattering: displacement and angle are correlated by √3/2, tails as asked") {
  CHECK(highland_angle(1000, 1) == Approx(0.0136));
  const Scatterer plain = Scatterer::gaussian(2), tailed = Scatterer::with_tails(2, 7.0);
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

TEST_CASE("muons are drawn as the flux says") {
  const MuonSource source(MuonFlux::kGuan, 1.0);
  Rng rng(6);
  constexpr int kDraws = 100'000;
  double logarithm = 0, above = 0;
  for (int i = 0; i < kDraws; ++i) {
    const CosmicMuon muon = source.sample(rng);
    REQUIRE(muon.energy_gev >= 1);
    REQUIRE((muon.cosine > 0 && muon.cosine <= 1));
    logarithm += std::log(muon.energy_gev);
    above += muon.energy_gev > 10 ? 1 : 0;
  }
  const double expected =
      muon_rate(MuonFlux::kGuan, 10).per_cm2_minute / muon_rate(MuonFlux::kGuan, 1).per_cm2_minute;
  CHECK(above / kDraws == Approx(expected).margin(6e-3));
}
