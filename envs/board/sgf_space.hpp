// White space in SGF.
#pragma once

namespace tengen {

/// Whether `c` is a space, a tab or part of a line's end. Does not depend on the locale.
[[nodiscard]] constexpr bool is_sgf_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace tengen
