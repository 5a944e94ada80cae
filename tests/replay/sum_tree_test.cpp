#include "replay/sum_tree.hpp"

#include "core/rng.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace tengen;

namespace {

// The leaf where the running sum passes the target, the slow way.
std::int64_t brute_force(const std::vector<float>& leaves, double target) {
  double sum = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    sum += static_cast<double>(leaves[i]);
    if (target < sum) return static_cast<std::int64_t>(i);
  }
  return -1;
}

}  // namespace

TEST_CASE("the sum tree finds what brute force finds, for any size") {
  Rng rng(0);
  for (const int size : {1, 2, 3, 7, 8, 9, 100, 1000}) {
    SumTree tree(size);
    std::vector<float> leaves(static_cast<std::size_t>(size));
    for (int round = 0; round < 300; ++round) {
      const auto leaf = rng.below(static_cast<std::uint32_t>(size));
      // Eighths: all sums are exact, so that both ways must agree at every boundary.
      leaves[leaf] = static_cast<float>(rng.below(40)) / 8;
      tree.set(leaf, leaves[leaf]);
      double total = 0;
      for (const float value : leaves) total += static_cast<double>(value);
      REQUIRE(tree.total() == total);
      if (total == 0) continue;
      std::vector<double> targets(37);
      for (double& t : targets) t = std::floor(rng.uniform_double() * total * 8) / 8;
      std::vector<std::int64_t> found(targets.size());
      tree.find(targets, found);
      for (std::size_t i = 0; i < targets.size(); ++i)
        REQUIRE(found[i] == brute_force(leaves, targets[i]));
    }
  }
}

TEST_CASE("the sum tree never finds an empty leaf, at the very end of the range either") {
  Rng rng(1);
  SumTree tree(1000);
  for (std::int64_t i = 0; i < 1000; i += 1 + rng.below(9)) tree.set(i, rng.uniform() + 1e-7F);
  for (int i = 0; i < 20000; ++i) {
    const double target = i == 0 ? tree.total() : tree.total() * rng.uniform_double();
    std::int64_t found = -1;
    tree.find(std::span(&target, 1), std::span(&found, 1));
    REQUIRE(tree[found] > 0);
  }
}

TEST_CASE("a tree rebuilt from its leaves is the same tree") {
  Rng rng(2);
  SumTree tree(777), rebuilt(777);
  for (int i = 0; i < 10000; ++i) tree.set(rng.below(777), rng.uniform());
  rebuilt.assign(tree.leaves());
  CHECK(rebuilt.total() == tree.total());
  for (int i = 0; i < 10000; ++i) {
    const double target = tree.total() * rng.uniform_double();
    std::int64_t a = -1, b = -2;
    tree.find(std::span(&target, 1), std::span(&a, 1));
    rebuilt.find(std::span(&target, 1), std::span(&b, 1));
    REQUIRE(a == b);
  }
}
