// Detector design as optimisers see it: points, their rewards, and what it costs to find out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tengen::detector {

/// One coordinate of a design: a whole number of 0 … choices − 1, or a real one in [−1, 1] where
/// `choices` is 0. `ordered` choices have neighbours (thicknesses); others are names (materials).
struct Variable {
  std::string name;
  int choices = 0;
  bool ordered = true;
};

/// One instance of a design task, its budget fixed. A higher reward is better, and 0 is that of the
/// reference design. What is simulated is counted, since that is the currency in which methods are
/// compared.
class DesignProblem {
 public:
  virtual ~DesignProblem() = default;

  [[nodiscard]] virtual std::span<const Variable> variables() const = 0;
  /// Makes any point a legal one, as the environment's masks do; a legal one stays what it is.
  virtual void repair(std::span<double> point) const = 0;
  /// The reward of a legal point by Monte Carlo, with random numbers that depend on `seed` and not
  /// on the design. It counts.
  virtual double evaluate(std::span<const double> point, std::uint64_t seed) = 0;
  /// The reward by the formulas, which is deterministic and costs nothing.
  [[nodiscard]] virtual double analytic(std::span<const double> point) const = 0;
  /// The reward of a design that a method has named, by 150,000 fresh showers or tracks; it does
  /// not count.
  [[nodiscard]] virtual double evaluate_finally(std::span<const double> point,
                                                std::uint64_t seed) const = 0;

  /// How many showers or tracks `evaluate` has simulated.
  [[nodiscard]] virtual std::int64_t simulated() const = 0;
  /// How many one call simulates.
  [[nodiscard]] virtual std::int64_t cost_of_one() const = 0;
  /// What they are called: "showers".
  [[nodiscard]] virtual std::string currency() const = 0;

  /// The point that an agent has built by these actions of the environment. Throws Error for what
  /// is no action there, or where actions are real numbers, which are the point themselves.
  [[nodiscard]] virtual std::vector<double> from_actions(std::span<const int> actions) const = 0;
  /// The design as a file that `tengen detector calo` or `tracker` reads: JSON.
  [[nodiscard]] virtual std::string describe(std::span<const double> point) const = 0;
};

}  // namespace tengen::detector
