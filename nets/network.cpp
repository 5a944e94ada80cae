#include "nets/network.hpp"

#include "core/check.hpp"

namespace tengen {

Network::Network(const NetOptions& options, const HeadOptions& head, const RecurrentOptions& memory)
    : options_(options), head_options_(head), memory_(memory) {
  const NetOptions& o = options_;
  const bool remembers = memory.kind != RecurrentKind::kNone;
  const bool head_takes_last = !o.hidden.empty() && !o.shared_hidden && !remembers;
  encoder_.emplace(o, o.hidden.size() - (head_takes_last ? 1 : 0), "",
                   head.noisy ? head.sigma0 : 0.0F, layout_, noise_sizes_);
  int features = encoder_->features();
  if (remembers) {
    cell_ = RecurrentCell("recurrent", memory.kind, features, memory.size, layout_);
    features = memory.size;
  }
  head_.emplace(head, features, head_takes_last ? o.hidden.back() : 0, o.activation, o.init,
                layout_, noise_sizes_);
}

Tensor Network::forward(const ParameterViews& parameters, const Tensor& input,
                        const ForwardMode& mode) const {
  TENGEN_CHECK(memory_.kind == RecurrentKind::kNone);
  const Tensor x = encoder_->forward(parameters, input, mode);
  return head_->forward(parameters, x, options_.dropout, mode);
}

Sequence Network::forward(const ParameterViews& parameters, const Tensor& input,
                          const Tensor& state, const Tensor& keep, const ForwardMode& mode) const {
  TENGEN_CHECK(memory_.kind != RecurrentKind::kNone);
  const Tensor x = encoder_->forward(parameters, input, mode);
  const Sequence sequence = cell_.forward(parameters, x, state, keep);
  const Tensor features = sequence.output.to(input.scalar_type());
  return {head_->forward(parameters, features, options_.dropout, mode), sequence.state};
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
