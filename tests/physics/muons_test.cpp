#include "physics/muons.hpp"

#include "tests/catch.hpp"

#include <cmath>

using namespace tengen::detector;

TEST_CASE("intensities of muons are integrals of the flux, and rates fall with the energy") {
  for (const MuonFlux formula : {MuonFlux::kGuan, MuonFlux::kShukla}) {
    double sum = 0;
    constexpr double kStep = 1e-3;  // of ln E
    for (double e = 10 * std::exp(kStep / 2); e < 1e5; e *= std::exp(kStep))
      sum += muon_flux(formula, e, 0.7) * e * kStep;
    CHECK(muon_intensity(formula, 10, 0.7) == Approx(sum).epsilon(1e-3));
    CHECK(muon_rate(formula, 10) < muon_rate(formula, 1) / 2);
    CHECK(vertical_mean_energy(formula, 10) > 2 * vertical_mean_energy(formula, 1));
  }
}
