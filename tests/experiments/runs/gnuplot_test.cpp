#include "experiments/runs/gnuplot.hpp"

#include "tests/catch.hpp"

using namespace tengen;

TEST_CASE("gnuplot's strings hold any bytes") {
  CHECK(gnuplot_quoted("a b-1") == "\"a b-1\"");
  CHECK(gnuplot_quoted("'\"\\$`@{") == R"("\047\042\134\044\140\100\173")");
  CHECK(gnuplot_quoted("a\nb\tc\x7f") == "\"a b c \"");
  CHECK(gnuplot_quoted("ünï – 囲碁") == "\"ünï – 囲碁\"");
  CHECK(gnuplot_quoted("\xFF\xC0\x80z\xE5\x9B") == "\"???z??\"");
}
