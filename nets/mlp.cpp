#include "nets/mlp.hpp"

#include "nets/kernels/fused.hpp"

#include <cmath>

namespace tengen {
namespace {

void draw_into(const Tensor& tensor, Rng& rng) {
  const Tensor host = torch::empty({tensor.numel()});
  auto* values = host.data_ptr<float>();
  for (std::int64_t i = 0; i < host.numel(); ++i) {
    const double x = rng.normal();
    values[i] = static_cast<float>(std::copysign(std::sqrt(std::abs(x)), x));
  }
  tensor.copy_(host);
}

}  // namespace

void Noise::draw(Rng& rng) {
  const torch::NoGradGuard no_grad;
  for (const Layer& layer : layers) {
    draw_into(layer.in, rng);
    draw_into(layer.out, rng);
  }
}

Dense::Dense(const std::string& name, int in, int out, const InitRule& rule, bool noisy,
             float sigma0, ParameterLayout& layout, std::vector<std::pair<int, int>>& noise_sizes)
    : noisy_(noisy) {
  const auto add = [&](const char* part, std::vector<std::int64_t> shape, const InitRule& start) {
    return static_cast<std::size_t>(layout.add(name + part, std::move(shape), start));
  };
  weight_ = add(".weight", {out, in}, rule);
  bias_ = add(".bias", {out}, bias_rule(rule));
  if (!noisy) return;
  const InitRule sigma{.init = Init::kConstant, .gain = sigma0 / std::sqrt(in)};
  weight_sigma_ = add(".weight_sigma", {out, in}, sigma);
  bias_sigma_ = add(".bias_sigma", {out}, sigma);
  noise_ = noise_sizes.size();
  noise_sizes.emplace_back(in, out);
}

Tensor Dense::forward(const ParameterViews& parameters, const Tensor& x, const ForwardMode& mode,
                      Activation f) const {
  if (!noisy_ || mode.noise == nullptr) return dense(x, parameters[weight_], parameters[bias_], f);
  // (σ ∘ ε_out ε_inᵀ) x = ε_out ∘ σ (ε_in ∘ x): two products instead of a noisy copy of the
  // weights.
  const Tensor y = torch::linear(x, parameters[weight_], parameters[bias_]);
  const Noise::Layer& noise = mode.noise->layers[noise_];
  const Tensor in = noise.in.to(x.scalar_type()), out = noise.out.to(x.scalar_type());
  const Tensor added =
      torch::linear(x * in, parameters[weight_sigma_], parameters[bias_sigma_]) * out;
  return activate(f, y + added);
}

Tensor drop(const Tensor& x, float p, const ForwardMode& mode) {
  if (p <= 0 || mode.dropout == nullptr) return x;
  const Tensor keep = torch::empty(x.sizes(), torch::kFloat32);
  auto* values = keep.data_ptr<float>();
  for (std::int64_t i = 0; i < keep.numel(); ++i)
    values[i] = mode.dropout->uniform() < p ? 0.0F : 1 / (1 - p);
  return x * keep.to(x.options());
}

}  // namespace tengen
