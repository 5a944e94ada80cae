#include "agents/design/design_search.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr std::int64_t kPatience = 20'000;  // that many designs in a row may be known already

// Moves an ordered choice by ±1, with falling probability by more, and replaces a name by another.
void change(const detector::Variable& variable, double& value, Rng& rng) {
  constexpr double kFar = 0.2, kStep = 0.2;
  if (variable.choices == 0) {
    value =
        rng.chance(kFar) ? rng.uniform(-1, 1) : std::clamp(value + kStep * rng.normal(), -1.0, 1.0);
  } else if (variable.choices > 1) {
    const int n = variable.choices;
    if (variable.ordered && !rng.chance(kFar)) {
      int step = 1;
      while (rng.chance(0.3)) ++step;
      value = std::clamp(value + (rng.chance(0.5) ? step : -step), 0.0, n - 1.0);
    } else {
      const int other = static_cast<int>(rng.below(static_cast<std::uint32_t>(n - 1)));
      value = other + (other >= static_cast<int>(value) ? 1 : 0);
    }
  }
}

}  // namespace

DesignSearch::DesignSearch(detector::DesignProblem& problem, std::int64_t budget,
                           std::uint64_t seed)
    : problem_(problem),
      budget_(budget),
      before_(problem.simulated()),
      common_(Rng(seed).split(0)),
      rng_(Rng(seed).split(1)) {}

bool DesignSearch::more() const { return designs_left() > 0; }

std::int64_t DesignSearch::designs_left() const {
  if (!going_ || known_in_a_row_ >= kPatience) return 0;
  return std::max<std::int64_t>(0, (budget_ - spent()) / problem_.cost_of_one());
}

void DesignSearch::watched() {
  ++designs_;
  if (watch && !watch(*this)) going_ = false;
}

double DesignSearch::evaluate(std::span<double> point) {
  TENGEN_CHECK(more());
  problem_.repair(point);
  std::string name = problem_.describe(point);
  if (const auto known = known_.find(name); known != known_.end()) {
    ++known_in_a_row_;
    return known->second;
  }
  known_in_a_row_ = 0;
  const double reward = problem_.evaluate(point, common_.split(0).next64());
  known_.emplace(std::move(name), reward);
  if (reward > best()) nominate(point, reward);
  watched();
  return reward;
}

double DesignSearch::evaluate_afresh(std::span<const double> point, std::uint64_t repetition) {
  TENGEN_CHECK(more() && repetition >= 1);
  const double reward = problem_.evaluate(point, common_.split(repetition).next64());
  watched();
  return reward;
}

void DesignSearch::nominate(std::span<const double> point, double reward) {
  nominees_.push_back({spent(), reward, {point.begin(), point.end()}});
}

DesignPoint point_at(const detector::DesignProblem& problem, std::span<const double> unit) {
  const auto variables = problem.variables();
  TENGEN_CHECK(unit.size() == variables.size());
  DesignPoint out(unit.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int n = variables[i].choices;
    const double u = std::clamp(unit[i], 0.0, 1.0);
    out[i] = n == 0 ? 2 * u - 1 : std::min(std::floor(u * n), n - 1.0);
  }
  problem.repair(out);
  return out;
}

DesignPoint random_point(const detector::DesignProblem& problem, Rng& rng) {
  std::vector<double> unit(problem.variables().size());
  for (double& u : unit) u = rng.uniform_double();
  return point_at(problem, unit);
}

DesignPoint neighbour(const detector::DesignProblem& problem, std::span<const double> point,
                      Rng& rng) {
  constexpr int kTries = 100;  // coordinates that do not matter are many
  const auto variables = problem.variables();
  const auto n = static_cast<std::uint32_t>(variables.size());
  const std::string name = problem.describe(point);
  DesignPoint out;
  for (int i = 0; i < kTries; ++i) {
    out.assign(point.begin(), point.end());
    int changes = 1;
    while (rng.chance(0.4)) ++changes;
    for (int k = 0; k < changes; ++k) {
      const std::size_t at = rng.below(n);
      change(variables[at], out[at], rng);
    }
    problem.repair(out);
    if (problem.describe(out) != name) break;
  }
  return out;
}

}  // namespace tengen
