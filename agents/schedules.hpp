// How settings change over a run, as plain functions of how far the run has come.
#pragma once

#include "core/archive.hpp"
#include "core/config.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace tengen {

/// From `first` to `last` in a straight line over `steps` steps, then `last`.
constexpr double linear(double first, double last, double step, double steps) {
  const double done = steps > 0 ? std::min(1.0, step / steps) : 1.0;
  return first + (last - first) * done;
}

/// Where a run's schedules are: at a step between 0 and total(). If a resumed run has another end
/// than before, its schedules go on from where they were and reach their end together with the run,
/// so that nothing jumps.
class ScheduleClock {
 public:
  /// total ≥ 1: steps (or games) of the whole run.
  explicit ScheduleClock(std::int64_t total) : state_{.total = total} {}

  [[nodiscard]] double total() const { return static_cast<double>(state_.total); }
  /// `step` itself in a run whose end was never moved, else the step of total() that the schedules
  /// have reached by then.
  [[nodiscard]] double at(std::int64_t step) const {
    if (state_.moved_at == 0) return static_cast<double>(step);
    const auto left = static_cast<double>(state_.total - state_.moved_at);
    if (left <= 0) return total();
    const double done = static_cast<double>(step - state_.moved_at) / left;
    return state_.from + (total() - state_.from) * done;
  }
  /// The part of the run that is done at `step`, from 0 to 1.
  [[nodiscard]] double progress(std::int64_t step) const {
    return std::min(1.0, at(step) / total());
  }
  /// A setting that goes from `first` to `last` in a straight line over `part` (0 to 1) of the run.
  [[nodiscard]] double linear(double first, double last, std::int64_t step, double part = 1) const {
    return tengen::linear(first, last, at(step), part * total());
  }

  void save(ArchiveWriter& writer, const std::string& name) const { writer.put(name, state_); }
  /// Reads what was saved after `step` steps; total() stays what it is. Older checkpoints have no
  /// such record: the ends of their runs were never moved. Throws Error for a damaged record.
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
    double from = 0;  // where the schedules were when the end was moved
  };
  State state_;
};

/// How many multiples of `period` lie in (before, now]: how often something that is due every
/// `period` steps is due, when steps come several at a time.
constexpr std::int64_t times_due(std::int64_t before, std::int64_t now, std::int64_t period) {
  return now / period - before / period;
}

/// Whether a setting falls to 0 over the run: `key` of [agent] is "linear", or "constant".
inline bool read_annealing(const Config& agent, std::string_view key,
                           std::string_view fallback = "constant") {
  return agent.choice<bool>(key, fallback, {{"constant", false}, {"linear", true}});
}

}  // namespace tengen
