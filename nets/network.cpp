#include "nets/network.hpp"

namespace tengen {

Network::Network(const NetOptions& options, const HeadOptions& head)
    : options_(options), head_options_(head) {
  const NetOptions& o = options_;
  const bool head_takes_last = !o.hidden.empty() && !o.shared_hidden;
  encoder_.emplace(o, o.hidden.size() - (head_takes_last ? 1 : 0), "",
                   head.noisy ? head.sigma0 : 0.0F, layout_, noise_sizes_);
  head_.emplace(head, encoder_->features(), head_takes_last ? o.hidden.back() : 0, o.activation,
                o.init, layout_, noise_sizes_);
}

Tensor Network::forward(const ParameterViews& parameters, const Tensor& input,
                        const ForwardMode& mode) const {
  const Tensor x = encoder_->forward(parameters, input, mode);
  return head_->forward(parameters, x, options_.dropout, mode);
}

Tensor Network::values(const ParameterViews& parameters, const Tensor& input,
                       const ForwardMode& mode) const {
  return expected_values(head_options_, forward(parameters, input, mode));
}

Noise Network::make_noise(const Backend& backend) const {
  Noise noise;
  const auto options = torch::TensorOptions().device(backend.device).dtype(torch::kFloat32);
  for (const auto& [in, out] : noise_sizes_)
    noise.layers.push_back({torch::zeros({in}, options), torch::zeros({out}, options)});
  return noise;
}

}  // namespace tengen
