#include "experiments/go/match_statistics.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace tengen;

TEST_CASE("Wilson's interval: published values") {
  // Newcombe (1998), Statistics in Medicine 17:857, table I, method 3.
  struct Case {
    double successes;
    std::int64_t trials;
    double low, high;
  };
  for (const auto& [successes, trials, low, high] :
       {Case{81, 263, 0.2553, 0.3662}, Case{15, 148, 0.0624, 0.1605}, Case{0, 20, 0, 0.1611},
        Case{1, 29, 0.0061, 0.1718}}) {
    const Interval interval = wilson_interval(successes, trials);
    CHECK(interval.low == Approx(low).margin(5e-5));
    CHECK(interval.high == Approx(high).margin(5e-5));
  }
  // The smallest score of 200 games that shows 90 %.
  CHECK(wilson_interval(189, 200).low >= 0.9);
  CHECK(wilson_interval(188, 200).low < 0.9);
}

TEST_CASE("Wilson's interval: closed forms and symmetry") {
  // Of 0 successes: [0, z² / (n + z²)].
  CHECK(wilson_interval(0, 10, 2).low == Approx(0).margin(1e-15));
  CHECK(wilson_interval(0, 10, 2).high == Approx(4.0 / 14));
  CHECK(wilson_interval(0, 0).low == 0);
  CHECK(wilson_interval(0, 0).high == 1);
  const Interval a = wilson_interval(30.5, 100), b = wilson_interval(69.5, 100);
  CHECK(a.low == Approx(1 - b.high));
  CHECK(a.high == Approx(1 - b.low));
}

TEST_CASE("Elo: closed forms") {
  CHECK(score_of_elo(0) == Approx(0.5));
  CHECK(score_of_elo(400) == Approx(10.0 / 11));
  CHECK(elo_of_score(10.0 / 11) == Approx(400));
  CHECK(elo_of_score(0.25) == Approx(-elo_of_score(0.75)));
  CHECK(elo_of_score(1) == std::numeric_limits<double>::infinity());
  CHECK(GameCount{3, 2, 3}.score() == 0.5);
  CHECK(GameCount{}.score() == 0.5);
}

TEST_CASE("SPRT: Wald's bounds and ratio") {
  // elo1 = 400 and elo0 = 0: a win counts log(20/11), a loss log(2/11).
  const SprtOptions options{0, 400, 0.05, 0.05};
  const Sprt start = sprt({}, options);
  CHECK(start.llr == 0);
  CHECK(start.verdict == SprtVerdict::kGoOn);
  CHECK(start.upper == Approx(std::log(19)));
  CHECK(start.lower == Approx(-std::log(19)));
  CHECK(sprt({3, 0, 1}, options).llr == Approx(3 * std::log(20.0 / 11) + std::log(2.0 / 11)));
  CHECK(sprt({1, 2, 1}, options).llr == Approx(sprt({2, 0, 2}, options).llr));
  CHECK(sprt({4, 0, 0}, options).verdict == SprtVerdict::kGoOn);
  CHECK(sprt({5, 0, 0}, options).verdict == SprtVerdict::kElo1);  // 5 · 0.598 > 2.944
  CHECK(sprt({0, 0, 1}, options).verdict == SprtVerdict::kGoOn);
  CHECK(sprt({0, 0, 2}, options).verdict == SprtVerdict::kElo0);  // 2 · 1.705 > 2.944
}
