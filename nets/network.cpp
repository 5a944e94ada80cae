#include "nets/network.hpp"

#include "core/check.hpp"

#include <algorithm>

namespace tengen {
namespace {

bool hidden(const Layer& layer) {
  return std::holds_alternative<Dense>(layer) || std::holds_alternative<Noisy>(layer);
}

void check_shared_hidden(const NetOptions& options, const HeadOptions& head) {
  if (!options.shared_hidden) return;
  if (!head.dueling)
    throw UsageError(
        "net.shared_hidden: only the two streams of agent.dueling could share a hidden layer, and "
        "this network has one");
  if (options.needs(Need::kMemory))
    throw UsageError(
        "net.shared_hidden: with memory the two streams part behind it, and share every hidden "
        "layer");
}

}  // namespace

Network::Network(const NetOptions& options, const HeadOptions& head)
    : options_(options), head_options_(head) {
  check_shared_hidden(options, head);
  std::vector<Layer> body = options.layers, own;
  const auto after = std::ranges::find_if(body.rbegin(), body.rend(), hidden).base();
  if (after != body.begin()) {
    const auto last = after - 1;
    if (auto* dense = std::get_if<Dense>(&*last); dense != nullptr && head.noisy)
      *last = Noisy{.mean = Dense(*dense), .sigma0 = head.sigma0};
    if (!options.shared_hidden && !options.needs(Need::kMemory)) {
      own.assign(last, body.end());
      body.erase(last, body.end());
    }
  }
  NetBuilder builder = builder_of(options_, layout_);
  body_ = Sequential(std::move(body), builder);
  if (head.dueling) {
    add_stream(builder, "value", 1, own);
    add_stream(builder, "advantage", head.actions, own);
  } else {
    add_stream(builder, "q", head.actions, own);
  }
}

void Network::add_stream(const NetBuilder& body, const std::string& name, int width,
                         std::vector<Layer> layers) {
  const HeadOptions& head = head_options_;
  const Dense out{.outputs = width * head.outputs(),
                  .name = "out",
                  .activation = Activation::kIdentity,
                  .gain = 1};
  if (head.noisy)
    layers.emplace_back(Noisy{.mean = out, .sigma0 = head.sigma0});
  else
    layers.emplace_back(out);
  NetBuilder builder = body.branch(name + ".", 2);
  streams_.push_back({Sequential(std::move(layers), builder), width});
}

Tensor Network::run(const Stream& stream, const ParameterViews& parameters, const Tensor& x,
                    Pass& pass) const {
  return stream.layers.forward(parameters, x, pass)
      .to(torch::kFloat32)
      .view({x.size(0), stream.width, head_options_.outputs()});
}

Tensor Network::run(const ParameterViews& parameters, const Tensor& input, Pass& pass) const {
  const Tensor x = body_.forward(parameters, input, pass);
  const Tensor first = run(streams_[0], parameters, x, pass);
  if (!head_options_.dueling) return first;
  const Tensor advantage = run(streams_[1], parameters, x, pass);
  return first + advantage - advantage.mean(1, /*keepdim=*/true);
}

Tensor Network::forward(const ParameterViews& parameters, const Tensor& input,
                        const ForwardMode& mode) const {
  Pass pass{.mode = mode};
  return run(parameters, input, pass);
}

Sequence Network::forward(const ParameterViews& parameters, const Tensor& input,
                          const Tensor& state, const Tensor& keep, const ForwardMode& mode) const {
  Pass pass{.mode = mode, .state = state, .keep = keep};
  const Tensor output = run(parameters, input, pass);
  return {output, pass.next_state()};
}

Tensor Network::values(const ParameterViews& parameters, const Tensor& input,
                       const ForwardMode& mode) const {
  return expected_values(head_options_, forward(parameters, input, mode));
}

}  // namespace tengen
