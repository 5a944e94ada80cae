// A dense layer's arithmetic on plain floats, for layers so small that a library's call costs more
// than their work. Nothing here knows torch.
#pragma once

#include <cstddef>

namespace tengen::kernels {

/// y = f(x Wᵀ + b): x is rows × in, W out × in, b out, y rows × out; all dense and row-major.
struct DenseShape {
  std::size_t rows = 0, in = 0, out = 0;
};

enum class Function { kIdentity, kRelu, kTanh };

/// Every element is one sum in the order of the inputs, so a row's result does not depend on the
/// other rows or on their number. Allocates nothing once a thread has seen a layer as large.
void forward(const DenseShape& shape, Function function, const float* x, const float* weight,
             const float* bias, float* y);

/// What flows back: any pointer may be null for what is not wanted. No two may overlap.
struct DenseGradients {
  float* x = nullptr;       ///< rows × in
  float* weight = nullptr;  ///< out × in
  float* bias = nullptr;    ///< out
};
/// Of a loss whose gradient by y is `dy` (rows × out, overwritten with that by x Wᵀ + b).
void backward(const DenseShape& shape, Function function, const float* x, const float* weight,
              const float* y, float* dy, const DenseGradients& out);

}  // namespace tengen::kernels
