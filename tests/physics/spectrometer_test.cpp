#include "physics/spectrometer.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <numbers>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("a spectrometer's resolution: lever arms in a field, by hand") {
  // Two stations before a short magnet and two behind, far apart, without much scattering at 500
  // GeV: the angle turned is 0.3 B L/p, each arm measures its angle with √2 σ/d.
  const Spectrometer s{{100, 100.5, 101, 200, 700, 799, 799.5, 800}, 450, 50, 1, 40};
  const double p = 500, turned = 0.2998 * 1 * 0.5 / p;
  // Three points at one end weigh as one of σ/√3; arms of about 100 cm.
  const double arm = kStationResolution * std::sqrt(1 + 1.0 / 3) / 99.5;
  CHECK(spectrometer_resolution(s, p) == Approx(arm * std::numbers::sqrt2 / turned).epsilon(0.02));
  Spectrometer strong = s;
  strong.field_tesla = 2;
  CHECK(spectrometer_resolution(strong, p) == Approx(spectrometer_resolution(s, p) / 2));
  CHECK(spectrometer_resolution(s, 1e6) == 10);  // the most there is
  // Low momenta: scattering, which does not grow with p.
  CHECK(spectrometer_resolution(s, 0.2) == Approx(spectrometer_resolution(s, 0.4)).epsilon(0.02));
  for (const double at : {5.0, 100.0})
    CHECK(simulate_spectrometer(s, at, 20'000, Rng(1)) ==
          Approx(spectrometer_resolution(s, at)).epsilon(0.02));
  CHECK(stored_energy_mj(s) == Approx(1 / (8e-7 * std::numbers::pi) * 0.8 * 0.8 * 0.5e-6));
  Spectrometer blind = s;
  blind.magnet_middle = 900;  // behind all stations
  CHECK(spectrometer_resolution(blind, 10) == 10);
}

TEST_CASE("a magnet bends tracks in proportion to 1/p, and only behind its beginning") {
  const Spectrometer s{{}, 400, 200, 1, 40};
  CHECK(spectrometer_bend(s, 10, 300) == 0);
  CHECK(spectrometer_bend(s, 10, 800) == Approx(4 * spectrometer_bend(s, 40, 800)));
  // 0.2998 × 1 T × 2 m / 10 GeV is turned, as it were in the middle.
  CHECK(spectrometer_bend(s, 10, 800) == Approx(400 * 0.2998 * 2 / 10).epsilon(1e-4));
}
