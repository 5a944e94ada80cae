// The only bridge to torch: nothing outside nets and agents includes it.
#pragma once

// Not <torch/torch.h>: modules, optimisers and data loaders are a third more to parse.
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>

namespace tengen {

using torch::Tensor;

}  // namespace tengen
