#include "physics/ionisation.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using namespace tengen;
using namespace tengen::detector;

// R. M. Sternheimer, Phys. Rev. 88 (1952) 851; Sternheimer, Berger and Seltzer 1984: binding
// energies (X-ray Data Booklet) scaled by one factor ρ so that they yield the mean excitation
// energy; then δ from the pole of the dielectric function.
TEST_CASE("lead tungstate's density effect is that of Sternheimer's oscillators") {
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

TEST_CASE("Landau's density has its mode and its half widths") {
  CHECK(landau_density(kLandauMode) == Approx(0.180656).epsilon(1e-4));
  CHECK(landau_density(kLandauMode + 0.01) < landau_density(kLandauMode));
  CHECK(landau_density(kLandauMode - 0.01) < landau_density(kLandauMode));
  CHECK(landau_density(-1.5868) / landau_density(kLandauMode) == Approx(0.5).margin(2e-3));
  CHECK(landau_density(2.4317) / landau_density(kLandauMode) == Approx(0.5).margin(2e-3));
}
