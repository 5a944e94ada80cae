// The numbered checks, with few showers; `tengen detector validate` runs them with many.
#include "physics/validation/validation.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <set>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("the simulator agrees with published numbers", "[long]") {
  std::set<std::string> seen;
  for (const Check& check : validate(Effort::kReduced)) {
    CAPTURE(check.number, check.what, check.value, check.reference, check.tolerance);
    CHECK(seen.insert(check.number).second);
    CHECK(check.low <= check.high);
    CHECK(check.passed());
  }
  CHECK(seen.size() >= 70);
}

TEST_CASE("a comparison fails outside its tolerance, and on what is not a number") {
  CHECK(compare("1", "", 103, 100, percent(3)).passed());
  CHECK(!compare("1", "", 103.1, 100, percent(3)).passed());
  CHECK(!compare("1", "", std::nan(""), 100, percent(3)).passed());
  CHECK(compare("1", "", -1.04, -1, within(0.05)).passed());
  CHECK(!compare("1", "", 99.9, 100, {0, 0.25, true}).passed());
  Worst worst("1", "things", percent(10));
  worst.add("near", 101, 100);
  worst.add("far", 2.3, 2);
  worst.add("also near", 7, 7);
  CHECK(!worst.check().passed());
  CHECK_THAT(worst.check().what, ContainsSubstring("worst of 3: far"));
}
