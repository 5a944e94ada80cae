// Points of a board as people write them: columns are letters without I, rows count from below.
#pragma once

#include <string>
#include <string_view>

namespace tengen {

/// "D4" or "pass" (GTP 2, section 2.11) of action y · columns + x with y = 0 the top row, or of
/// rows · columns. Sides 1 … 25.
std::string to_gtp_vertex(int action, int rows, int columns);
/// The inverse; letters of either case. Throws Error unless it names a point of the board or
/// "pass".
int from_gtp_vertex(std::string_view vertex, int rows, int columns);

}  // namespace tengen
