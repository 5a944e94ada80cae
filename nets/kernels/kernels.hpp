// The arithmetic of a dense layer on plain floats, for layers so small that calling a library costs
// more than their work. Nothing here knows torch.
#pragma once

#include <cstddef>

namespace tengen::kernels {

/// y = f(x Wᵀ + b): x is rows × in, W out × in, b out, y rows × out; all dense and row-major.
struct DenseShape {
  std::size_t rows = 0, in = 0, out = 0;
};

enum class Function { kIdentity, kRelu, kTanh };

/// Computes y. Every element is one sum in the order of the inputs, so a row's result does not
/// depend on the other rows or on their number. It allocates nothing once a thread has seen a layer
/// as large.
void forward(const DenseShape& shape, Function function, const float* x, const float* weight,
             const float* bias, float* y);

/// Where gradients go. A pointer is null where that gradient is not wanted; no two may overlap.
struct DenseGradients {
  float* x = nullptr;       ///< rows × in
  float* weight = nullptr;  ///< out × in
  float* bias = nullptr;    ///< out
};
/// Computes the gradients of a loss whose gradient by y is `dy` (rows × out), which is overwritten
/// with the gradient by x Wᵀ + b.
void backward(const DenseShape& shape, Function function, const float* x, const float* weight,
              const float* y, float* dy, const DenseGradients& out);

}  // namespace tengen::kernels
