// What design problems have in common whose rewards are simulated, event by event.
#pragma once

#include "agents/design/problem.hpp"
#include "core/rng.hpp"

#include <utility>

namespace tengen::detector {

/// Counts what is simulated, and gives both kinds of evaluation their random numbers. Every design
/// takes the same number of events.
class SimulatedProblem : public DesignProblem {
 public:
  [[nodiscard]] std::span<const Variable> variables() const final { return variables_; }
  double evaluate(std::span<const double> point, std::uint64_t seed) final {
    simulated_ += cost_of_one();
    return simulate(point, events_.each, Rng(seed));
  }
  [[nodiscard]] double evaluate_finally(std::span<const double> point,
                                        std::uint64_t seed) const final {
    const int each = kFinalEvents / events_.kinds;
    // Another stream, or these would be the very events by which the design was chosen.
    return simulate(point, each, Rng(seed).split(static_cast<std::uint64_t>(each)));
  }
  [[nodiscard]] std::int64_t simulated() const final { return simulated_; }
  [[nodiscard]] std::int64_t cost_of_one() const final {
    return std::int64_t{events_.kinds} * events_.each;
  }
  [[nodiscard]] std::string currency() const final { return events_.currency; }

 protected:
  struct Events {
    std::string currency;  ///< "showers"
    int kinds = 1;         ///< energies, momenta, or particles
    int each = 0;          ///< events of a kind that `evaluate` simulates
  };
  SimulatedProblem(std::vector<Variable> variables, Events events)
      : variables_(std::move(variables)), events_(std::move(events)) {}

  /// The reward of a legal point by `each` events of every kind, drawn from `rng`.
  [[nodiscard]] virtual double simulate(std::span<const double> point, int each,
                                        const Rng& rng) const = 0;

 private:
  static constexpr int kFinalEvents = 150'000;  // events of all kinds

  std::vector<Variable> variables_;
  Events events_;
  std::int64_t simulated_ = 0;
};

}  // namespace tengen::detector
