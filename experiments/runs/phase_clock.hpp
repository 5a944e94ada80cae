// A stopwatch that is always in one phase and sums up the seconds of each.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace tengen {

/// `Phase` is an unscoped enum whose last two members are kOther, where it starts, and kPhases.
template <class Phase>
class PhaseClock {
 public:
  void enter(Phase phase) {
    const auto now = Clock::now();
    seconds_[phase_] += since(now);
    phase_ = phase;
    began_ = now;
  }
  /// Seconds spent in a phase, without those since it was last entered.
  [[nodiscard]] double seconds(Phase phase) const { return seconds_[phase]; }
  /// Seconds spent in all phases, the present one included.
  [[nodiscard]] double total() const {
    double sum = since(Clock::now());
    for (const double s : seconds_) sum += s;
    return sum;
  }

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] double since(Clock::time_point now) const {
    return std::chrono::duration<double>(now - began_).count();
  }

  Phase phase_ = Phase::kOther;
  Clock::time_point began_ = Clock::now();
  std::array<double, Phase::kPhases> seconds_{};
};

}  // namespace tengen
