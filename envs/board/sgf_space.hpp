// White space in SGF, for those who read and write it.
#pragma once

namespace tengen {

/// Space, tabs and ends of lines; the same whatever the program's locale is.
[[nodiscard]] constexpr bool is_sgf_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace tengen
