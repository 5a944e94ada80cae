#include "nets/state_action.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>

namespace tengen {
namespace {

Tensor on_host(const Tensor& t) {
  if (t.is_cpu() && t.scalar_type() == torch::kFloat32) return t;
  return t.to(torch::kCPU, torch::kFloat32).contiguous();
}

// Sets `layers` to those of `sequential` if all of them are dense, else to none.
void set_dense_layers(const Sequential& sequential, const ParameterViews& parameters,
                      std::vector<DenseLayer>& layers) {
  layers.clear();
  for (const Layer& layer : sequential.layers()) {
    const auto* dense = std::get_if<Dense>(&layer);
    if (dense == nullptr) return layers.clear();
    layers.push_back({parameters[dense->weight], parameters[dense->bias], *dense->activation});
  }
}

void copy_gradients(std::span<const Tensor> from, std::span<const Tensor> to) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
}

}  // namespace

NetOptions read_state_action(const Config& net, const ObservationSpace& observation, int stack) {
  NetOptions options = read_net(net, observation, stack);
  refuse(net, options, Need::kDropout,
         "sac's critics are differentiated without autograd and take no dropout");
  refuse(net, options, Need::kNoise,
         "sac explores by its policy's entropy, and its networks take no noisy layers");
  refuse(net, options, Need::kMemory,
         "sac replays single steps, from which no memory can be learnt; ppo, a2c and impala "
         "remember");
  if (options.shared_hidden)
    throw UsageError(
        "net.shared_hidden: sac's critics share no dense layer; it is for the dueling streams of "
        "dqn");
  return options;
}

StateActionNetwork::StateActionNetwork(Options options) : options_(std::move(options)) {
  const NetOptions& net = options_.net;
  NetBuilder builder = builder_of(net, layout_);
  const auto dense = std::ranges::find_if(
      net.layers, [](const Layer& layer) { return std::holds_alternative<Dense>(layer); });
  body_ = Sequential(std::vector<Layer>(net.layers.begin(), dense), builder);
  features_ = builder.features.count();
  body_parameters_ = layout_.specs().size();
  std::vector<Layer> layers(dense, net.layers.end());
  layers.emplace_back(Dense{
      .outputs = options_.outputs, .name = "out", .activation = Activation::kIdentity, .gain = 1});
  for (const std::string& name : options_.heads) {
    NetBuilder head = builder.branch(name + ".", 1);
    head.features = flat_features(features_ + options_.action);
    heads_.emplace_back(layers, head);
  }
  head_parameters_ = (layout_.specs().size() - body_parameters_) / heads_.size();
}

StateActionPass::StateActionPass(const StateActionNetwork& network, const Backend& backend)
    : network_(network), backend_(backend), heads_(network.heads_.size()) {}

// Puts features and action side by side.
Tensor StateActionPass::join(const Tensor& features, std::span<const float> action) {
  const std::int64_t rows = features.size(0), width = network_.options().action;
  if (width == 0) return features;
  if (!features.is_cpu() || features.scalar_type() != torch::kFloat32) {
    const Tensor beside = torch::from_blob(const_cast<float*>(action.data()), {rows, width});
    return torch::cat({features, beside.to(features.options())}, 1);
  }
  const std::size_t f = usize(features.size(1)), a = usize(width);
  if (!joined_.defined() || joined_.size(0) != rows)
    joined_ = torch::empty({rows, features.size(1) + width});
  const float* from = features.data_ptr<float>();
  float* to = joined_.data_ptr<float>();
  for (std::size_t i = 0; i < usize(rows); ++i, to += f + a) {
    std::copy_n(from + i * f, f, to);
    std::copy_n(action.data() + i * a, a, to + f);
  }
  return joined_;
}

Tensor StateActionPass::forward_head(std::size_t head, const ParameterViews& parameters,
                                     const Tensor& x) {
  const Sequential& layers = network_.heads_[head];
  HeadPass& h = heads_[head];
  set_dense_layers(layers, parameters, h.layers);
  if (!h.layers.empty()) return h.mlp.forward(x, h.layers);
  const torch::AutoGradMode graph(true);
  const auto first =
      parameters.begin() +
      static_cast<std::ptrdiff_t>(network_.body_parameters_ + head * network_.head_parameters_);
  h.parameters.assign(first, first + static_cast<std::ptrdiff_t>(network_.head_parameters_));
  h.graph_x = x.detach().requires_grad_(true);
  Pass pass;
  h.graph_y = layers.forward(parameters, h.graph_x, pass);
  return h.graph_y.detach();
}

Tensor StateActionPass::backward_head(std::size_t head, std::span<const Tensor> parameters,
                                      bool input) {
  HeadPass& h = heads_[head];
  const Tensor dy = h.dy.to(features_.options());
  if (!h.layers.empty()) return h.mlp.backward(dy, {.parameters = parameters, .input = input});
  std::vector<Tensor> by{h.graph_x};
  if (!parameters.empty()) by.insert(by.end(), h.parameters.begin(), h.parameters.end());
  const auto gradients = torch::autograd::grad({h.graph_y}, by, {dy});
  copy_gradients(std::span(gradients).subspan(1), parameters);
  return input ? gradients[0] : Tensor();
}

void StateActionPass::forward(const ParameterViews& parameters, const Tensor& input,
                              std::span<const float> action) {
  const StateActionNetwork& net = network_;
  TENGEN_CHECK(action.size() == usize(input.size(0) * net.options().action));
  Pass pass;
  features_ = net.body_.forward(parameters, input.to(backend_.device), pass);
  body_parameters_.assign(parameters.begin(),
                          parameters.begin() + static_cast<std::ptrdiff_t>(net.body_parameters_));
  const Tensor x = join(features_.detach(), action);
  for (std::size_t i = 0; i < heads_.size(); ++i)
    heads_[i].y = on_host(forward_head(i, parameters, x));
}

std::span<const float> StateActionPass::output(std::size_t head) const {
  return float_span(heads_[head].y);
}

std::span<float> StateActionPass::gradient(std::size_t head) {
  HeadPass& h = heads_[head];
  if (!h.dy.defined() || h.dy.size(0) != h.y.size(0)) h.dy = torch::empty_like(h.y);
  return float_span(h.dy);
}

void StateActionPass::copy_action_gradient(const Tensor& gradient, std::span<float> action) const {
  const Tensor host = on_host(gradient);
  const std::size_t f = usize(network_.features_), a = action.size() / usize(host.size(0));
  const float* from = host.data_ptr<float>() + f;
  for (std::size_t i = 0; i < action.size(); i += a, from += f + a)
    std::copy_n(from, a, action.data() + i);
}

void StateActionPass::backward(const Wanted& wanted) {
  const bool parameters = !wanted.parameters.empty(), action = !wanted.action.empty();
  const bool deeper = network_.body_parameters_ > 0 && parameters;
  const std::size_t each = network_.head_parameters_;
  Tensor sum;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    const std::size_t first = network_.body_parameters_ + i * each;
    const auto own = parameters ? wanted.parameters.subspan(first, each) : wanted.parameters;
    const Tensor dx = backward_head(i, own, action || deeper);
    if (!dx.defined()) continue;
    if (sum.defined())
      sum.add_(dx);
    else
      sum = heads_.size() > 1 && deeper ? dx.clone() : dx;
  }
  if (action) copy_action_gradient(sum, wanted.action);
  if (!deeper) return;
  const Tensor d_features = sum.narrow(1, 0, network_.features_);
  const auto gradients = torch::autograd::grad({features_}, body_parameters_, {d_features});
  copy_gradients(gradients, wanted.parameters.first(gradients.size()));
}

}  // namespace tengen
