// Detector design as optimisers see it: a point, its reward, and what finding out costs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tengen::detector {

/// One coordinate of a design: a whole number of 0 … choices − 1, or a real one in [−1, 1] where
/// choices is 0. `ordered` choices have neighbours (thicknesses); others are names (materials).
struct Variable {
  std::string name;
  int choices = 0;
  bool ordered = true;
};

/// One instance of a design task, its budget fixed. Rewards: higher is better, 0 is the reference
/// design. What is simulated is counted, since that is the currency in which methods are compared.
class DesignProblem {
 public:
  virtual ~DesignProblem() = default;

  [[nodiscard]] virtual std::span<const Variable> variables() const = 0;
  /// Makes any point a legal one, as the environment's masks do; a legal one stays what it is.
  virtual void repair(std::span<double> point) const = 0;
  /// Reward of a legal point by Monte Carlo with the random numbers of `seed`: the same for every
  /// design. Counts.
  virtual double evaluate(std::span<const double> point, std::uint64_t seed) = 0;
  /// Reward by the formulas: deterministic, and costs nothing.
  [[nodiscard]] virtual double analytic(std::span<const double> point) const = 0;
  /// Reward by the judge's 150,000 fresh showers or tracks; not counted.
  [[nodiscard]] virtual double judge(std::span<const double> point, std::uint64_t seed) const = 0;

  /// Showers or tracks that `evaluate` has simulated; what one call costs; what they are called.
  [[nodiscard]] virtual std::int64_t simulated() const = 0;
  [[nodiscard]] virtual std::int64_t cost_of_one() const = 0;
  [[nodiscard]] virtual std::string currency() const = 0;  ///< "showers"

  /// The point that an agent has built by these actions of the environment (Discrete ones).
  [[nodiscard]] virtual std::vector<double> from_actions(std::span<const int> actions) const = 0;
  /// The design as a file that `tengen detector calo` or `tracker` reads: JSON.
  [[nodiscard]] virtual std::string describe(std::span<const double> point) const = 0;
};

}  // namespace tengen::detector
