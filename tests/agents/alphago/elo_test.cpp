#include "agents/alphago/elo.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace tengen;

TEST_CASE("two players' ratings are those of the closed form") {
  for (const auto& [points, games] : {std::pair{15.0, 20}, {0.0, 8}, {10.5, 11}, {400.0, 400}}) {
    const PairResult result{1, 0, points, games};
    const auto ratings = elo_ratings(2, std::span(&result, 1));
    CHECK(ratings[0] == 0);
    CHECK(ratings[1] == Approx(400 * std::log10((points + 0.5) / (games - points + 0.5))));
  }
}

TEST_CASE("along a chain, differences add up; players without games have no rating") {
  const PairResult results[] = {{1, 0, 14, 20}, {2, 1, 13, 20}, {3, 2, 12, 20}, {4, 5, 1, 1}};
  const auto ratings = elo_ratings(6, results, 0, 0);
  double sum = 0;
  for (int p = 1; p < 4; ++p) {
    const double score = results[p - 1].points / 20;
    sum += 400 * std::log10(score / (1 - score));
    CHECK(ratings[static_cast<std::size_t>(p)] == Approx(sum));
  }
  CHECK(std::isnan(ratings[4]));
  CHECK(std::isnan(ratings[5]));
}

TEST_CASE("expected points give back the ratings they come from, whoever is the anchor") {
  const double truth[] = {0, 120, 310, -90};
  std::vector<PairResult> results;
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < a; ++b)
      results.push_back({a, b, 50 / (1 + std::pow(10, (truth[b] - truth[a]) / 400)), 50});
  for (int anchor = 0; anchor < 4; ++anchor) {
    const auto ratings = elo_ratings(4, results, anchor, 0);
    for (int p = 0; p < 4; ++p)
      CHECK(ratings[static_cast<std::size_t>(p)] == Approx(truth[p] - truth[anchor]).margin(1e-6));
  }
}

TEST_CASE("a hundred players, each a little stronger than the one before") {
  std::vector<PairResult> results;
  for (int p = 1; p < 100; ++p) results.push_back({p, p - 1, 20, 20});
  const auto ratings = elo_ratings(100, results);
  CHECK(ratings[99] == Approx(99 * 400 * std::log10(20.5 / 0.5)));
}
