#include "agents/search/options.hpp"
#include "core/check.hpp"
#include "tests/catch.hpp"

using namespace tengen;

TEST_CASE("search options are read by name, kept where not set, and refused out of range") {
  SearchOptions defaults;
  defaults.c_visit = 20;
  const SearchOptions options = read_search_options(
      Config::from_string("rule = 'puct'\nsimulations = 400\nc_puct = 2.5\nsolve = false"),
      defaults);
  CHECK(options.rule == SearchRule::kPuct);
  CHECK(options.simulations == 400);
  CHECK(options.c_puct == 2.5F);
  CHECK_FALSE(options.solve);
  CHECK(options.c_visit == 20);
  CHECK(read_search_options(Config()).rule == SearchRule::kGumbel);
  CHECK_THROWS_AS(read_search_options(Config::from_string("simulations = 0")), UsageError);
  CHECK_THROWS_WITH(read_search_options(Config::from_string("rule = 'gumble'")),
                    ContainsSubstring("gumbel"));
  CHECK_THROWS_AS(read_search_options(Config::from_string("noise_fraction = 1.5")), UsageError);
}
