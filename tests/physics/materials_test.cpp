#include "physics/materials.hpp"

#include "core/check.hpp"
#include "tests/catch.hpp"

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
