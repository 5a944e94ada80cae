// PhoneArray: the physics of phones, and what greedy placement is sure of.
#include "envs/detector/phone_array.hpp"
#include "agents/design/design_tasks.hpp"
#include "core/check.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

using namespace tengen;
using namespace tengen::detector;

namespace {

PhoneArray array_of(int coincidence, int clusters, int seed = 0) {
  Config options;
  options.set(fmt::format("coincidence={}", coincidence));
  options.set(fmt::format("clusters={}", clusters));
  options.set(fmt::format("map_seed={}", seed));
  return read_phone_array(options);
}

double probability(const PhoneMap& map, std::span<const int> cells) {
  PhoneMap::Expected expected;
  for (const int cell : cells) map.add(cell, expected);
  return map.probability(expected);
}

}  // namespace

TEST_CASE("PhoneArray's reward adds up to P over the reference's, simulated or not") {
  PhoneArray env = array_of(5, 12);
  Rng rng(3);
  env.reset(rng);
  std::vector<int> cells;
  double total = 0;
  bool over = false;
  while (!over) {
    const int cell = env.oracle();
    cells.push_back(cell);
    const Outcome outcome = env.step(cell, rng);
    total += outcome.reward, over = outcome.terminated;
  }
  CHECK(cells.size() == 12);
  CHECK(total == Approx(probability(env.map, cells) / env.reference).epsilon(1e-5));
  CHECK(total > 1.005);
  const double simulated = env.map.simulate(cells, 400'000, Rng(1));
  CHECK(simulated == Approx(probability(env.map, cells)).epsilon(0.06));  // a lattice of cores
  // Few phones see only what falls near them, where the density of muons is steep.
  std::vector<int> lonely(PhoneMap::kCells);
  std::iota(lonely.begin(), lonely.end(), 0);
  std::ranges::sort(lonely, {},
                    [&](int cell) { return env.map.phones[static_cast<std::size_t>(cell)]; });
  lonely.resize(12);
  const double rare = probability(env.map, lonely);
  constexpr int kMany = 4'000'000;
  CHECK(env.map.simulate(lonely, kMany, Rng(2)) ==
        Approx(rare).epsilon(0.1).margin(4 * std::sqrt(rare / kMany)));
  std::vector<std::uint8_t> mask(PhoneMap::kCells);
  env.legal(mask);
  CHECK(std::ranges::count(mask, 0) == 12);
  CHECK(env.step(cells[0], rng).terminated);  // an illegal action
}

TEST_CASE("seen by one phone, P is submodular; by five, it is not") {
  for (const int coincidence : {1, 5}) {
    Rng rng(7);
    int grown = 0;
    for (int map = 0; map < 5; ++map) {
      PhoneArray env = array_of(coincidence, 12, map);
      for (int trial = 0; trial < 200; ++trial) {
        // What a cell adds to few clusters, and to those and more.
        PhoneMap::Expected few, more;
        const auto drawn = [&] { return static_cast<int>(rng.below(PhoneMap::kCells)); };
        const int cell = drawn();
        // Neighbours, so that they matter to each other.
        for (int i = 0; i < 4; ++i) {
          const int other = std::clamp(
              cell + static_cast<int>(rng.below(3)) - 1 + 15 * (static_cast<int>(rng.below(3)) - 1),
              0, PhoneMap::kCells - 1);
          if (i < 1) env.map.add(other, few);
          env.map.add(other, more);
        }
        const double first = env.map.gain(cell, few), later = env.map.gain(cell, more);
        CHECK(first >= 0);
        if (later > first * (1 + 1e-6) + 1e-12) ++grown;
      }
    }
    CHECK((grown == 0) == (coincidence == 1));
  }
}

TEST_CASE("greedy placement gets at least 1 − 1/e of the optimum where P is submodular") {
  for (int seed = 0; seed < 4; ++seed) {
    PhoneArray env = array_of(1, 3, seed);
    Rng rng(static_cast<std::uint64_t>(seed));
    // Two dozen neighbouring cells, of which the best three are found by trying all.
    std::array<bool, PhoneMap::kCells> taken;
    taken.fill(true);
    std::vector<int> open;
    for (int y = 5; y < 9; ++y)
      for (int x = 4; x < 10; ++x) open.push_back(y * PhoneMap::kSide + x);
    for (const int cell : open) taken[static_cast<std::size_t>(cell)] = false;
    PhoneMap::Expected expected;
    for (int i = 0; i < 3; ++i) {
      const int cell = env.map.best_cell(expected, taken);
      taken[static_cast<std::size_t>(cell)] = true;
      env.map.add(cell, expected);
    }
    double best = 0;
    for (std::size_t a = 0; a < open.size(); ++a)
      for (std::size_t b = a + 1; b < open.size(); ++b)
        for (std::size_t c = b + 1; c < open.size(); ++c) {
          const std::array cells{open[a], open[b], open[c]};
          best = std::max(best, probability(env.map, cells));
        }
    const double greedy = env.map.probability(expected);
    CHECK(greedy <= best * (1 + 1e-5));  // of float sums in another order
    CHECK(greedy >= (1 - 1 / std::numbers::e) * best);
  }
}

TEST_CASE("PhoneArray as a design problem") {
  Config options;
  options.set("clusters=6");
  const auto problem = find_design_task("PhoneArray-v0").make_problem(options);
  REQUIRE(problem->variables().size() == 6);
  Rng rng(1);
  std::vector<double> point(6, 30.2);
  problem->repair(point);
  CHECK(point == std::vector<double>{30, 31, 32, 33, 34, 35});
  PhoneArray env = array_of(5, 6);
  env.reset(rng);
  std::vector<int> actions;
  double total = 0;
  for (int i = 0; i < 6; ++i) {
    actions.push_back(env.oracle());
    total += env.step(actions.back(), rng).reward;
  }
  const std::vector<double> greedy = problem->from_actions(actions);
  CHECK(problem->analytic(greedy) == Approx(std::log(total)).margin(1e-5));
  CHECK(problem->evaluate(greedy, 1) == Approx(problem->analytic(greedy)).margin(0.4));
  CHECK(problem->evaluate_finally(greedy, 1) == Approx(problem->analytic(greedy)).margin(0.15));
  CHECK(problem->simulated() == problem->cost_of_one());
  CHECK_THAT(problem->describe(greedy), ContainsSubstring("clusters_km"));
  CHECK_THROWS_WITH(problem->from_actions(std::vector<int>{1, 2}),
                    ContainsSubstring("6 place all clusters"));
  CHECK_THROWS_WITH(problem->from_actions(std::vector<int>{1, 2, 3, 4, 5, 225}),
                    ContainsSubstring("action 225 is no free cell"));
  CHECK_THROWS_WITH(problem->from_actions(std::vector<int>{1, 2, 3, 4, 5, 1}),
                    ContainsSubstring("action 1 is no free cell"));
}
