#include "nets/heads.hpp"

#include "nets/choice.hpp"

namespace tengen {

Distribution find_distribution(std::string_view name) {
  return find_choice<Distribution>("distribution", name,
                                   {{"none", Distribution::kNone},
                                    {"categorical", Distribution::kCategorical},
                                    {"quantile", Distribution::kQuantile}});
}

Head::Head(const HeadOptions& options, int features, int hidden, Activation activation, Init init,
           ParameterLayout& layout, std::vector<std::pair<int, int>>& noise_sizes)
    : options_(options), activation_(activation), has_hidden_(hidden > 0) {
  const auto add = [&](const std::string& name, int width) {
    Stream stream{.hidden = {}, .out = {}, .width = width};
    const int in = has_hidden_ ? hidden : features, out = width * options.outputs();
    if (has_hidden_)
      stream.hidden = Dense(name + ".hidden", features, hidden,
                            InitRule{init, gain_of(activation), hidden, features, hidden},
                            options.noisy, options.sigma0, layout, noise_sizes);
    stream.out = Dense(name + ".out", in, out, InitRule{init, 1, out, in, out}, options.noisy,
                       options.sigma0, layout, noise_sizes);
    streams_.push_back(stream);
  };
  if (options.dueling) {
    add("value", 1);
    add("advantage", options.actions);
  } else {
    add("q", options.actions);
  }
}

Tensor Head::run(const Stream& stream, const ParameterViews& parameters, Tensor x, float dropout,
                 const ForwardMode& mode) const {
  if (has_hidden_) x = drop(stream.hidden.forward(parameters, x, mode, activation_), dropout, mode);
  return stream.out.forward(parameters, x, mode)
      .to(torch::kFloat32)
      .view({x.size(0), stream.width, options_.outputs()});
}

Tensor Head::forward(const ParameterViews& parameters, const Tensor& features, float dropout,
                     const ForwardMode& mode) const {
  const Tensor first = run(streams_[0], parameters, features, dropout, mode);
  if (!options_.dueling) return first;
  const Tensor advantage = run(streams_[1], parameters, features, dropout, mode);
  return first + advantage - advantage.mean(1, /*keepdim=*/true);
}

Tensor support(const HeadOptions& options, torch::Device device) {
  return torch::linspace(options.v_min, options.v_max, options.atoms, device);
}

Tensor expected_values(const HeadOptions& options, const Tensor& output) {
  switch (options.distribution) {
    case Distribution::kNone:
      return output.squeeze(2);
    case Distribution::kCategorical:
      return torch::matmul(torch::softmax(output, 2), support(options, output.device()));
    case Distribution::kQuantile:
      return output.mean(2);
  }
  return output;
}

}  // namespace tengen
