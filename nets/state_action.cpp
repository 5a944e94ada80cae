#include "nets/state_action.hpp"

#include "core/check.hpp"

#include <algorithm>

namespace tengen {
namespace {

std::span<float> floats(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

Tensor on_host(const Tensor& t) {
  if (t.is_cpu() && t.scalar_type() == torch::kFloat32) return t;
  return t.to(torch::kCPU, torch::kFloat32).contiguous();
}

}  // namespace

StateActionNetwork::StateActionNetwork(Options options)
    : options_(std::move(options)), features_(options_.net.input.depth()) {
  const NetOptions& net = options_.net;
  if (!net.conv.empty()) {
    conv_.emplace(net.conv, net.input, net.activation, net.init, "", layout_);
    features_ = conv_->features();
    conv_parameters_ = layout_.specs().size();
  }
  for (const std::string& head : options_.heads) {
    int in = features_ + options_.action;
    const auto add = [&](const std::string& name, int out, double gain) {
      const InitRule rule{net.init, gain, out, in, out};
      layout_.add(head + name + ".weight", {out, in}, rule);
      layout_.add(head + name + ".bias", {out}, bias_rule(rule));
      in = out;
    };
    for (std::size_t i = 0; i < net.hidden.size(); ++i)
      add(fmt::format(".hidden{}", i + 1), net.hidden[i], gain_of(net.activation));
    add(".out", options_.outputs, 1);
  }
}

StateActionPass::StateActionPass(const StateActionNetwork& network, const Backend& backend)
    : network_(network),
      backend_(backend),
      layers_(network.options().net.hidden.size() + 1),
      heads_(network.options().heads.size()) {}

// Features and action side by side.
Tensor StateActionPass::join(const Tensor& features, std::span<const float> action) {
  const std::int64_t rows = features.size(0), width = network_.options().action;
  if (width == 0) return features;
  if (!features.is_cpu() || features.scalar_type() != torch::kFloat32) {
    const Tensor beside = torch::from_blob(const_cast<float*>(action.data()), {rows, width});
    return torch::cat({features, beside.to(features.options())}, 1);
  }
  const auto f = static_cast<std::size_t>(features.size(1)), a = static_cast<std::size_t>(width);
  if (!joined_.defined() || joined_.size(0) != rows)
    joined_ = torch::empty({rows, features.size(1) + width});
  const float* from = features.data_ptr<float>();
  float* to = joined_.data_ptr<float>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i, to += f + a) {
    std::copy_n(from + i * f, f, to);
    std::copy_n(action.data() + i * a, a, to + f);
  }
  return joined_;
}

void StateActionPass::forward(const ParameterViews& parameters, const Tensor& input,
                              std::span<const float> action) {
  const StateActionNetwork& net = network_;
  TENGEN_CHECK(action.size() == static_cast<std::size_t>(input.size(0) * net.options().action));
  if (net.conv_) {
    features_ = net.conv_->forward(parameters, input.to(backend_.device));
    conv_parameters_.assign(parameters.begin(),
                            parameters.begin() + static_cast<long>(net.conv_parameters_));
  } else {
    features_ = input.view({input.size(0), net.features_}).to(backend_.device);
  }
  const Tensor x = join(features_.detach(), action);
  std::size_t next = net.conv_parameters_;
  for (HeadPass& head : heads_) {
    for (std::size_t i = 0; i < layers_.size(); ++i, next += 2) {
      const bool last = i + 1 == layers_.size();
      layers_[i] = {parameters[next], parameters[next + 1],
                    last ? Activation::kIdentity : net.options().net.activation};
    }
    head.y = on_host(head.mlp.forward(x, layers_));
  }
}

std::span<const float> StateActionPass::output(std::size_t head) const {
  return floats(heads_[head].y);
}

std::span<float> StateActionPass::gradient(std::size_t head) {
  HeadPass& h = heads_[head];
  if (!h.dy.defined() || h.dy.size(0) != h.y.size(0)) h.dy = torch::empty_like(h.y);
  return floats(h.dy);
}

void StateActionPass::backward(const Wanted& wanted) {
  const bool parameters = !wanted.parameters.empty(), action = !wanted.action.empty();
  const bool deeper = network_.conv_ && parameters;
  const std::size_t each = 2 * layers_.size();
  Tensor sum;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    HeadPass& head = heads_[i];
    const std::size_t first = network_.conv_parameters_ + i * each;
    const auto own = parameters ? wanted.parameters.subspan(first, each) : wanted.parameters;
    const Tensor dy = head.dy.to(features_.options());
    const Tensor dx = head.mlp.backward(dy, {.parameters = own, .input = action || deeper});
    if (!dx.defined()) continue;
    if (sum.defined())
      sum.add_(dx);
    else
      sum = heads_.size() > 1 && deeper ? dx.clone() : dx;
  }
  if (action) {
    const Tensor host = on_host(sum);
    const auto f = static_cast<std::size_t>(network_.features_),
               a = wanted.action.size() / static_cast<std::size_t>(host.size(0));
    const float* from = host.data_ptr<float>() + f;
    for (std::size_t i = 0; i < wanted.action.size(); i += a, from += f + a)
      std::copy_n(from, a, wanted.action.data() + i);
  }
  if (!deeper) return;
  const Tensor d_features = sum.narrow(1, 0, network_.features_);
  const auto gradients = torch::autograd::grad({features_}, conv_parameters_, {d_features});
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < gradients.size(); ++i) wanted.parameters[i].copy_(gradients[i]);
}

}  // namespace tengen
