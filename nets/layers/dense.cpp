#include "nets/layers/dense.hpp"

#include "core/usize.hpp"
#include "nets/kernels/fused.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr int kMostOutputs = 65536;

}  // namespace

std::optional<Dense> Dense::parse(const LayerWords& words) {
  const auto outputs = whole_number(words.argument, 1, kMostOutputs);
  if (words.name != "dense" || !outputs) return {};
  return Dense{.outputs = *outputs};
}

void Dense::add(NetBuilder& net) {
  const int in = net.features.count();
  if (!activation) activation = net.activation;
  const std::string full = name.empty() ? net.name("hidden") : net.prefix + name;
  const InitRule rule{net.init, gain.value_or(gain_of(*activation)), outputs, in, outputs};
  weight = net.layout.add(full + ".weight", {outputs, in}, rule);
  bias = net.layout.add(full + ".bias", {outputs}, bias_rule(rule));
  net.features = flat_features(outputs);
}

Tensor Dense::forward(const ParameterViews& parameters, const Tensor& x, Pass&) const {
  const auto typed = [&](const Tensor& t) { return exact ? t.to(torch::kFloat32) : t; };
  return dense(typed(flat(x)), typed(parameters[weight]), typed(parameters[bias]), *activation);
}

std::optional<Noisy> Noisy::parse(const LayerWords& words) {
  const auto mean = Dense::parse({words.name == "noisy" ? "dense" : "", words.argument});
  if (!mean) return {};
  return Noisy{.mean = *mean};
}

void Noisy::add(NetBuilder& net) {
  const int in = net.features.count();
  noise = usize(std::ranges::count_if(net.layout.specs(), is_weight_sigma));
  mean.add(net);
  std::string full = net.layout.specs()[mean.weight].name;  // "hidden1.weight"
  full.resize(full.rfind('.'));
  const InitRule sigma{.init = Init::kConstant, .gain = sigma0 / std::sqrt(in)};
  weight_sigma = net.layout.add(full + ".weight_sigma", {mean.outputs, in}, sigma);
  bias_sigma = net.layout.add(full + ".bias_sigma", {mean.outputs}, sigma);
}

Tensor Noisy::forward(const ParameterViews& parameters, const Tensor& picture, Pass& pass) const {
  if (pass.mode.noise == nullptr) return mean.forward(parameters, picture, pass);
  // (σ ∘ ε_out ε_inᵀ) x = ε_out ∘ σ (ε_in ∘ x): two products instead of a noisy copy of the
  // weights.
  const Tensor x = flat(picture);
  const Tensor y = torch::linear(x, parameters[mean.weight], parameters[mean.bias]);
  const Noise::Layer& drawn = pass.mode.noise->layers[noise];
  const Tensor in = drawn.in.to(x.scalar_type()), out = drawn.out.to(x.scalar_type());
  const Tensor added =
      torch::linear(x * in, parameters[weight_sigma], parameters[bias_sigma]) * out;
  return activate(*mean.activation, y + added);
}

}  // namespace tengen
