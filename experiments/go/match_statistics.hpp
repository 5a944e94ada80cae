// The statistics of games between two players: an interval, Elo, and a sequential test.
#pragma once

#include <cstdint>

namespace tengen {

/// Games from one side's view.
struct GameCount {
  std::int64_t wins = 0, draws = 0, losses = 0;

  [[nodiscard]] std::int64_t games() const { return wins + draws + losses; }
  /// A draw is half a win.
  [[nodiscard]] double points() const {
    return static_cast<double>(wins) + static_cast<double>(draws) / 2;
  }
  /// The mean of points() per game; ½ without games.
  [[nodiscard]] double score() const;
};

struct Interval {
  double low = 0, high = 1;
};

/// The z of a two-sided interval of 95 %.
inline constexpr double kTwoSided95 = 1.959963984540054;

/// Wilson's score interval of a probability of which `successes` of `trials` were seen (Wilson
/// 1927, eq. 3): [0, 1] without trials. Half successes may be counted (draws); the interval is then
/// too wide, never too narrow.
Interval wilson_interval(double successes, std::int64_t trials, double z = kTwoSided95);

/// The expected score of a player `elo` points stronger: 1 / (1 + 10^(−elo / 400)).
double score_of_elo(double elo);
/// Its inverse; ±infinity for 1 and 0.
double elo_of_score(double score);

/// Wald's sequential probability ratio test of "elo0 stronger" against "elo1 stronger".
struct SprtOptions {
  double elo0 = 0, elo1 = 50;        ///< elo0 < elo1
  double alpha = 0.05, beta = 0.05;  ///< probabilities of a wrong decision, in (0, ½)
};

enum class SprtVerdict : std::uint8_t { kGoOn, kElo0, kElo1 };

struct Sprt {
  double llr = 0;               ///< log-likelihood ratio of elo1 to elo0
  double lower = 0, upper = 0;  ///< bounds at which it decides: log(β / (1 − α)), log((1 − β) / α)
  SprtVerdict verdict = SprtVerdict::kGoOn;
};

/// A draw counts as half a win and half a loss, which makes the test slower, never wrong (Bernoulli
/// trials have the larger variance).
Sprt sprt(const GameCount& count, const SprtOptions& options);

}  // namespace tengen
