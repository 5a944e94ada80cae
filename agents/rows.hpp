// Rows of flat arrays.
#pragma once

#include "core/usize.hpp"

#include <concepts>
#include <cstddef>
#include <span>

namespace tengen {

/// Row `i` of rows of `width` elements each, one behind the other.
[[nodiscard]] auto row_of(auto&& rows, std::integral auto i, std::integral auto width) {
  return std::span(rows).subspan(usize(i) * usize(width), usize(width));
}

}  // namespace tengen
