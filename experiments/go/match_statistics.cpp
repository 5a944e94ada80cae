#include "experiments/go/match_statistics.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tengen {

double GameCount::score() const {
  return games() == 0 ? 0.5 : points() / static_cast<double>(games());
}

Interval wilson_interval(double successes, std::int64_t trials, double z) {
  TENGEN_CHECK(successes >= 0 && successes <= static_cast<double>(trials), "{} of {}", successes,
               trials);
  if (trials == 0) return {};
  const auto n = static_cast<double>(trials);
  const double p = successes / n, zz = z * z;
  const double centre = (p + zz / (2 * n)) / (1 + zz / n);
  const double half = z / (1 + zz / n) * std::sqrt(p * (1 - p) / n + zz / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

double score_of_elo(double elo) { return 1 / (1 + std::pow(10, -elo / 400)); }

double elo_of_score(double score) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (score <= 0) return -kInfinity;
  if (score >= 1) return kInfinity;
  return 400 * std::log10(score / (1 - score));
}

Sprt sprt(const GameCount& count, const SprtOptions& options) {
  TENGEN_CHECK(options.elo0 < options.elo1);
  const double p0 = score_of_elo(options.elo0), p1 = score_of_elo(options.elo1);
  const double lost = static_cast<double>(count.games()) - count.points();
  Sprt out;
  out.llr = count.points() * std::log(p1 / p0) + lost * std::log((1 - p1) / (1 - p0));
  out.lower = std::log(options.beta / (1 - options.alpha));
  out.upper = std::log((1 - options.beta) / options.alpha);
  if (out.llr >= out.upper) out.verdict = SprtVerdict::kElo1;
  if (out.llr <= out.lower) out.verdict = SprtVerdict::kElo0;
  return out;
}

}  // namespace tengen
