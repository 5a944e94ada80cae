// One search for a design, at a budget; every method of design gets one.
#pragma once

#include "agents/design/problem.hpp"
#include "core/rng.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace tengen {

using DesignPoint = std::vector<double>;

/// Keeps account of one method's search: what was simulated, and which design it would name. All
/// designs are compared with the same random numbers, which depend on the seed alone. A design that
/// was simulated is not simulated again, and to ask for it costs nothing.
class DesignSearch {
 public:
  /// `budget` is in the problem's currency. The problem must outlive this.
  DesignSearch(detector::DesignProblem& problem, std::int64_t budget, std::uint64_t seed);

  /// Is called after every simulated design; a false answer ends the search.
  std::function<bool(const DesignSearch&)> watch;

  /// Whether one more design may be simulated. It is false, too, once 20,000 designs in a row were
  /// known already, since there is nothing new to find.
  [[nodiscard]] bool more() const;
  /// How many more designs can be paid for.
  [[nodiscard]] std::int64_t designs_left() const;
  /// Repairs the point and returns its simulated reward; nominates it if that is the best so far.
  /// It may be called while more().
  double evaluate(std::span<double> point);
  /// The same with other random numbers, number `repetition` ≥ 1 of this search; nominates nothing.
  double evaluate_afresh(std::span<const double> point, std::uint64_t repetition);
  /// Names a design in place of the one named so far.
  void nominate(std::span<const double> point, double reward);

  /// A design that was named, and when.
  struct Nominee {
    std::int64_t spent = 0;  ///< by then
    double reward = 0;       ///< as the method saw it: too good, being the best of many
    DesignPoint point;
  };
  /// By time; the last is the one that stands. Empty before the first evaluation.
  [[nodiscard]] const std::vector<Nominee>& nominees() const { return nominees_; }
  [[nodiscard]] double best() const {
    return nominees_.empty() ? -std::numeric_limits<double>::infinity() : nominees_.back().reward;
  }

  [[nodiscard]] const detector::DesignProblem& problem() const { return problem_; }
  [[nodiscard]] std::int64_t budget() const { return budget_; }
  [[nodiscard]] std::int64_t spent() const { return problem_.simulated() - before_; }
  [[nodiscard]] std::int64_t designs() const { return designs_; }
  [[nodiscard]] Rng& rng() { return rng_; }

 private:
  void watched();

  detector::DesignProblem& problem_;
  std::int64_t budget_, before_, designs_ = 0, known_in_a_row_ = 0;
  Rng common_, rng_;
  bool going_ = true;
  std::vector<Nominee> nominees_;
  std::unordered_map<std::string, double> known_;
};

/// Draws a uniformly random point and repairs it.
DesignPoint random_point(const detector::DesignProblem& problem, Rng& rng);
/// Returns the repaired point whose coordinates are these numbers of [0, 1), stretched over the
/// variables' ranges.
DesignPoint point_at(const detector::DesignProblem& problem, std::span<const double> unit);
/// Draws a neighbour, in which one or a few coordinates are changed, ordered and real ones mostly
/// by little, and repairs it. It is another point wherever there is one to be found.
DesignPoint neighbour(const detector::DesignProblem& problem, std::span<const double> point,
                      Rng& rng);

}  // namespace tengen
