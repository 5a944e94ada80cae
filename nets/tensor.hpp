// The only bridge to torch: nothing outside nets and agents includes it.
// It has a guard of the old kind, because it is precompiled: #pragma once does not recognise a
// precompiled header that ccache took from another checkout at the same place. It includes nothing
// of the project for the same reason.
#ifndef TENGEN_NETS_TENSOR_HPP
#define TENGEN_NETS_TENSOR_HPP

// torch brings a library for logs whose CHECK ends the program; Catch2's, which counts, stays what
// it was, whichever header comes first.
#pragma push_macro("CHECK")
// Not <torch/torch.h>: modules, optimisers and data loaders are a third more to parse.
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>
#undef CHECK
#pragma pop_macro("CHECK")

#include <cstddef>
#include <span>

namespace tengen {

using torch::Tensor;

/// The elements of a contiguous float32 tensor on the CPU, which must outlive the span.
inline std::span<float> float_span(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace tengen

#endif
