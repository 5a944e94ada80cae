// How settings change over a run: plain functions of how far it has come.
#pragma once

#include "core/archive.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace tengen {

/// From `first` to `last` in a straight line over `steps`, then `last`.
constexpr double linear(double first, double last, double step, double steps) {
  const double done = steps > 0 ? std::min(1.0, step / steps) : 1.0;
  return first + (last - first) * done;
}

/// Where a run's schedules are: at a step between 0 and total(). Where a resumed run ends elsewhere
/// than it was going to, they go on from where they were and come to their end with it, so that
/// nothing jumps.
class ScheduleClock {
 public:
  /// total ≥ 1: steps (or games) of the whole run.
  explicit ScheduleClock(std::int64_t total) : state_{.total = total} {}

  [[nodiscard]] double total() const { return static_cast<double>(state_.total); }
  /// `step` itself in a run whose end was never moved; else a step of total() at another pace.
  [[nodiscard]] double at(std::int64_t step) const {
    if (state_.moved_at == 0) return static_cast<double>(step);
    const auto left = static_cast<double>(state_.total - state_.moved_at);
    if (left <= 0) return total();
    const double done = static_cast<double>(step - state_.moved_at) / left;
    return state_.from + (total() - state_.from) * done;
  }
  /// From 0 to 1.
  [[nodiscard]] double progress(std::int64_t step) const {
    return std::min(1.0, at(step) / total());
  }

  void save(ArchiveWriter& writer, const std::string& name) const { writer.put(name, state_); }
  /// As it was saved after `step` steps, with the end that this one has. A checkpoint without the
  /// record is older than it: its run's end was never moved.
  void load(const ArchiveReader& reader, const std::string& name, std::int64_t step) {
    if (!reader.has(name)) return;
    ScheduleClock saved(1);
    saved.state_ = reader.get<State>(name);
    if (saved.state_.total < 1 || !(saved.state_.from >= 0 && saved.state_.from <= saved.total()))
      throw Error("'{}': record '{}' makes no sense", reader.origin(), name);
    if (saved.state_.total == state_.total)
      state_ = saved.state_;
    else
      state_ = {state_.total, step, saved.progress(step) * total()};
  }

 private:
  struct State {
    std::int64_t total = 0, moved_at = 0;
    double from = 0;  // where the schedules were then
  };
  State state_;
};

/// How many multiples of `period` lie in (before, now]: how often something that is due every
/// `period` steps is due, when steps come several at a time.
constexpr std::int64_t times_due(std::int64_t before, std::int64_t now, std::int64_t period) {
  return now / period - before / period;
}

}  // namespace tengen
