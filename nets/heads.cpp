#include "nets/heads.hpp"

namespace tengen {

Tensor expected_values(const HeadOptions& options, const Tensor& output) {
  switch (options.distribution) {
    case Distribution::kNone:
      return output.squeeze(2);
    case Distribution::kCategorical: {
      const Tensor returns =
          torch::linspace(options.v_min, options.v_max, options.atoms, output.device());
      return torch::matmul(torch::softmax(output, 2), returns);
    }
    case Distribution::kQuantile:
      return output.mean(2);
  }
  return output;
}

}  // namespace tengen
