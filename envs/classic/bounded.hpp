// Which numbers can be the state of a physical system, for states that are read from a file.
#pragma once

namespace tengen {

/// Whether every value is between −1e6 and 1e6, which no NaN is. That is far beyond what any of
/// these systems reaches in an episode, and still small enough to be drawn.
template <class... Values>
[[nodiscard]] constexpr bool bounded(Values... values) {
  constexpr double kMost = 1e6;
  return ((values >= -kMost && values <= kMost) && ...);
}

}  // namespace tengen
