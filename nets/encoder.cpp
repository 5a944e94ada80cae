#include "nets/encoder.hpp"

#include "core/check.hpp"
#include "nets/choice.hpp"

namespace tengen {
namespace {

struct Body {
  std::vector<std::string> conv;
  std::vector<int> hidden;
};

InputFormat input_format(const Config& net, const ObservationSpace& space, int stack) {
  const Shape& s = space.shape;
  InputFormat format{.element = space.element, .stack = stack};
  if (s.rank == 2 || s.rank == 3) {
    format.channels = s.rank == 3 ? s[0] : 1;
    format.rows = s[s.rank - 2];
    format.columns = s[s.rank - 1];
  } else {
    format.channels = static_cast<int>(s.count());
  }
  const bool bytes = space.element == Element::kUint8 && space.high > 1;
  format.offset = net.get<float>("offset", 0.0F);
  format.scale = net.get<float>("scale", bytes ? 1 / space.high : 1.0F);
  return format;
}

// The sizes behind each name; "auto" looks at the observation.
Body find_body(const Config& net, const InputFormat& format) {
  const bool image = format.rows >= 32 && format.columns >= 32;
  const bool small = format.rows < 64;  // 42 × 42: half the kernel and stride
  const Body nature{small ? std::vector<std::string>{"32@4s2", "64@4s2", "64@3s1"}
                          : std::vector<std::string>{"32@8s4", "64@4s2", "64@3s1"},
                    {512}};
  const Body little{small ? std::vector<std::string>{"16@4s2", "32@4s2"}
                          : std::vector<std::string>{"16@8s4", "32@4s2"},
                    {256}};
  const Body mlp{{}, {64, 64}};
  Body body = find_choice<Body>("net.body", net.get<std::string>("body", "auto"),
                                {{"auto", image ? nature : mlp},
                                 {"nature", nature},
                                 {"small", little},
                                 {"lenet5", {{"6@5p2", "avg2", "16@5", "avg2"}, {120, 84}}},
                                 {"mlp", mlp}});
  body.conv = net.get<std::vector<std::string>>("conv", body.conv);
  body.hidden = net.get<std::vector<int>>("hidden", body.hidden);
  return body;
}

}  // namespace

NetOptions read_net(const Config& net, const ObservationSpace& observation, int stack,
                    const NetDefaults& defaults) {
  NetOptions options;
  options.input = input_format(net, observation, stack);
  const Body body = find_body(net, options.input);
  for (const std::string& layer : body.conv) options.conv.push_back(parse_conv(layer));
  for (const int outputs : body.hidden) {
    if (outputs < 1 || outputs > 65536)
      throw UsageError("net.hidden: a layer of {} outputs; sizes are from 1 to 65536", outputs);
  }
  options.hidden = body.hidden;
  if (options.conv.empty()) {  // a picture as a vector
    options.input.channels = options.input.frame_elements();
    options.input.rows = options.input.columns = 1;
  } else {
    options.input.block = block_for(options.input, options.conv.front());
  }
  options.activation = find_activation(net.get<std::string>("activation", defaults.activation));
  options.init = find_init(net.get<std::string>("init", defaults.init));
  options.dropout = net.get<float>("dropout", 0.0F, 0.0F, 0.95F);
  options.shared_hidden = net.get<bool>("shared_hidden", false);
  options.precision = read_precision(net);
  if (options.conv.empty() && net.get<std::string>("precision", "auto") == "auto")
    options.precision = Precision::kFloat32;  // small layers lose more than they gain
  return options;
}

Encoder::Encoder(const NetOptions& o, std::size_t dense_layers, const std::string& prefix,
                 float sigma0, ParameterLayout& layout,
                 std::vector<std::pair<int, int>>& noise_sizes)
    : activation_(o.activation), dropout_(o.dropout), features_(o.input.depth()) {
  if (!o.conv.empty()) {
    conv_.emplace(o.conv, o.input, o.activation, o.init, prefix, layout);
    features_ = conv_->features();
  }
  for (std::size_t i = 0; i < dense_layers; ++i) {
    const int out = o.hidden[i];
    const InitRule rule{o.init, gain_of(o.activation), out, features_, out};
    const bool noisy = sigma0 > 0 && i + 1 == o.hidden.size();
    hidden_.emplace_back(fmt::format("{}hidden{}", prefix, i + 1), features_, out, rule, noisy,
                         sigma0, layout, noise_sizes);
    features_ = out;
  }
}

Tensor Encoder::forward(const ParameterViews& parameters, const Tensor& input,
                        const ForwardMode& mode) const {
  Tensor x = conv_ ? conv_->forward(parameters, input) : input.reshape({input.size(0), -1});
  for (const Dense& layer : hidden_)
    x = drop(layer.forward(parameters, x, mode, activation_), dropout_, mode);
  return x;
}

}  // namespace tengen
