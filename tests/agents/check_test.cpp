// Catch2's header comes first here, as everywhere among the tests of agents, and torch's after it.
#include "tests/catch.hpp"

#include "nets/tensor.hpp"

#include <string_view>

TEST_CASE(
    "a failing CHECK is counted and does not end the program, in whatever order headers come") {
#define TEXT_OF(...) #__VA_ARGS__
#define TEXT(...) TEXT_OF(__VA_ARGS__)
  STATIC_REQUIRE(std::string_view(TEXT(CHECK(true))).find("Catch") != std::string_view::npos);
#undef TEXT
#undef TEXT_OF
}
