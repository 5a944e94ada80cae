// How settings change over a run: plain functions of progress.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tengen {

/// From `first` to `last` in a straight line over `steps`, then `last`.
constexpr double linear(double first, double last, std::int64_t step, double steps) {
  const double done = steps > 0 ? std::min(1.0, static_cast<double>(step) / steps) : 1.0;
  return first + (last - first) * done;
}

/// How many multiples of `period` lie in (before, now]: how often something that is due every
/// `period` steps is due, when steps come several at a time.
constexpr std::int64_t times_due(std::int64_t before, std::int64_t now, std::int64_t period) {
  return now / period - before / period;
}

}  // namespace tengen
