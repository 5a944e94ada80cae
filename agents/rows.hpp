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

/// The numbers of a contiguous float32 tensor on the CPU. (A template, so that this header needs no
/// torch.)
template <class Tensor>
[[nodiscard]] std::span<float> floats(const Tensor& tensor) {
  return {tensor.template data_ptr<float>(), usize(tensor.numel())};
}

}  // namespace tengen
