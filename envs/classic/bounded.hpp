// What the state of a physical system can be, for those who read one from a file.
#pragma once

namespace tengen {

/// Whether every value is between −1e6 and 1e6, far beyond what any of these systems reaches in an
/// episode: a picture can be drawn of it. Not of NaN.
template <class... Values>
[[nodiscard]] constexpr bool bounded(Values... values) {
  constexpr double kMost = 1e6;
  return ((values >= -kMost && values <= kMost) && ...);
}

}  // namespace tengen
