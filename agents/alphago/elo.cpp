#include "agents/alphago/elo.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace tengen {
namespace {

const double kScale = 400 / std::log(10.0);  // Elo points per unit of log odds
constexpr int kMostSteps = 200;
constexpr double kLongestStep = 2;  // in log odds: far from the solution Newton overshoots
constexpr double kPrecision = 1e-10;

// Solves a · x = b for a symmetric positive definite matrix (Cholesky); overwrites both.
void solve(std::vector<double>& a, std::vector<double>& b) {
  const std::size_t n = b.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) a[j * n + j] -= a[j * n + k] * a[j * n + k];
    a[j * n + j] = std::sqrt(a[j * n + j]);
    for (std::size_t i = j + 1; i < n; ++i) {
      for (std::size_t k = 0; k < j; ++k) a[i * n + j] -= a[i * n + k] * a[j * n + k];
      a[i * n + j] /= a[j * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
}

// Numbers the players whom a chain of games connects with the anchor, which is not among them, from
// 0; the others get −1.
std::vector<int> connected(int players, std::span<const PairResult> results, int anchor) {
  std::vector<char> reached(usize(players));
  reached[usize(anchor)] = 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (const PairResult& r : results) {
      char& a = reached[usize(r.first)];
      char& b = reached[usize(r.second)];
      if (a == b || r.games == 0) continue;
      a = b = 1;
      changed = true;
    }
  }
  std::vector<int> index(reached.size(), -1);
  for (int p = 0, next = 0; p < players; ++p)
    if (p != anchor && reached[usize(p)] != 0) index[usize(p)] = next++;
  return index;
}

}  // namespace

std::vector<double> elo_ratings(int players, std::span<const PairResult> results, int anchor,
                                double prior_draws) {
  TENGEN_CHECK(anchor >= 0 && anchor < players);
  const std::vector<int> index = connected(players, results, anchor);
  const auto n = usize(1 + *std::ranges::max_element(index));
  std::vector<double> log_odds(n), gradient(n), curvature(n * n);
  const auto at = [&](int i) { return i < 0 ? 0.0 : log_odds[usize(i)]; };
  double longest = 1;
  for (int step = 0; n > 0 && step < kMostSteps && longest > kPrecision; ++step) {
    std::ranges::fill(gradient, 0.0);
    std::ranges::fill(curvature, 0.0);
    for (const PairResult& r : results) {
      const int i = index[usize(r.first)];
      const int j = index[usize(r.second)];
      if (r.games == 0 || (i < 0 && r.first != anchor) || (j < 0 && r.second != anchor)) continue;
      const double games = r.games + prior_draws;
      const double expected = 1 / (1 + std::exp(at(j) - at(i)));
      const double surplus = r.points + prior_draws / 2 - games * expected;
      const double bend = games * expected * (1 - expected) + 1e-12;
      const auto a = usize(i), b = usize(j);
      if (i >= 0) gradient[a] += surplus, curvature[a * n + a] += bend;
      if (j >= 0) gradient[b] -= surplus, curvature[b * n + b] += bend;
      if (i >= 0 && j >= 0) curvature[a * n + b] -= bend, curvature[b * n + a] -= bend;
    }
    solve(curvature, gradient);
    longest = 0;
    for (const double g : gradient) longest = std::max(longest, std::abs(g));
    const double shrink = std::min(1.0, kLongestStep / std::max(longest, 1e-300));
    for (std::size_t i = 0; i < n; ++i) log_odds[i] += shrink * gradient[i];
  }
  std::vector<double> ratings(usize(players));
  for (int p = 0; p < players; ++p) {
    const int i = index[usize(p)];
    ratings[usize(p)] =
        p != anchor && i < 0 ? std::numeric_limits<double>::quiet_NaN() : kScale * at(i);
  }
  return ratings;
}

}  // namespace tengen
