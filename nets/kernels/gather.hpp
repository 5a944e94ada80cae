// The input step of a network: frames scattered in replay memory become one normalised batch.
#pragma once

#include "core/space.hpp"
#include "nets/tensor.hpp"

#include <cstddef>
#include <span>

namespace tengen {

/// How an observation of `stack` frames, each channels × rows × columns, becomes numbers: value =
/// (element − offset) · scale. A vector of n is n channels of 1 × 1.
///
/// Images are laid out channels-last, and in blocks: each `block` × `block` square of pixels
/// becomes one position with block² times the channels ("space to depth"), because a convolution
/// with kernel k and stride s over few channels equals one with kernel k/s and stride 1 over s²
/// times as many, and the second runs at the speed of a matrix product.
struct InputFormat {
  Element element = Element::kFloat;
  int stack = 1, channels = 1, rows = 1, columns = 1;
  int block = 1;  ///< divides rows and columns
  float offset = 0, scale = 1;

  [[nodiscard]] int depth() const { return stack * channels * block * block; }
  [[nodiscard]] int frame_elements() const { return channels * rows * columns; }
};

/// An uninitialised input of `count` observations on the CPU: count × depth × rows/block ×
/// columns/block, channels-last.
Tensor make_input(const InputFormat& format, int count, torch::ScalarType type);

/// Fills `out` (make_input's, on the CPU; uint8: bytes as they are) from `frames`: count × stack
/// pointers, oldest frame first. Channel of pixel (y, x) of plane p = frame · channels + channel:
/// (p · block + y mod block) · block + x mod block. It allocates nothing.
void gather(const InputFormat& format, std::span<const std::byte* const> frames, const Tensor& out);

}  // namespace tengen
