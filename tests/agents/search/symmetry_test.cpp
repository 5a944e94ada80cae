#include "envs/game.hpp"
#include "tests/catch.hpp"

#include <numeric>
#include <vector>

using namespace tengen;

TEST_CASE("a symmetry and its inverse cancel, and pass stays where it is") {
  GameSpec spec;
  spec.rows = spec.columns = 5;
  spec.actions = 26;
  spec.symmetries = 8;
  for (int symmetry = 0; symmetry < 8; ++symmetry) {
    std::vector<int> seen(26);
    for (int action = 0; action < 26; ++action) {
      const int there = transformed(spec, action, symmetry);
      ++seen[static_cast<std::size_t>(there)];
      CHECK(transformed(spec, there, inverse_symmetry(symmetry)) == action);
    }
    CHECK(seen == std::vector<int>(26, 1));
    CHECK(transformed(spec, 25, symmetry) == 25);
  }
  CHECK(transformed(spec, 1, 1) == 3);
  CHECK(transformed(spec, 1, 2) == 21);
  CHECK(transformed(spec, 1, 4) == 5);
}

TEST_CASE("points take their values along, columns are mirrored") {
  GameSpec spec;
  spec.rows = 2;
  spec.columns = 3;
  spec.layout = ActionLayout::kColumns;
  spec.actions = 3;
  spec.symmetries = 2;
  const std::vector<int> in = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  std::vector<int> out(in.size());
  transform_points<int>(spec, 1, in, out, 2);
  CHECK(out == std::vector<int>{4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7});
  CHECK(transformed(spec, 0, 1) == 2);
}
