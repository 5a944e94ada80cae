// The only bridge to torch: nothing outside nets and agents includes it.
#pragma once

#include <torch/torch.h>

namespace tengen {

using torch::Tensor;

}  // namespace tengen
