#include "nets/layers/layer.hpp"

#include "core/check.hpp"

#include <charconv>
#include <cmath>

namespace tengen {
namespace {

void draw_into(const Tensor& tensor, Rng& rng) {
  const Tensor host = torch::empty({tensor.numel()});
  for (float& value : float_span(host)) {
    const double x = rng.normal();
    value = static_cast<float>(std::copysign(std::sqrt(std::abs(x)), x));
  }
  tensor.copy_(host);
}

}  // namespace

std::optional<int> whole_number(std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  if (value < low || value > high) return {};
  return value;
}

Features features_of(const InputFormat& format) {
  return {.channels = format.depth(),
          .rows = format.rows / format.block,
          .columns = format.columns / format.block,
          .block = format.block};
}

std::string NetBuilder::name(std::string_view kind, int first) {
  const int number = ++counts[std::string(kind)];
  return number < first ? fmt::format("{}{}", prefix, kind)
                        : fmt::format("{}{}{}", prefix, kind, number);
}

NetBuilder NetBuilder::branch(std::string other_prefix, int first) const {
  NetBuilder other = *this;
  other.prefix = std::move(other_prefix);
  other.numbered_from = first;
  other.counts.clear();
  return other;
}

Noise Noise::zero(const ParameterLayout& layout, const Backend& backend) {
  const auto options = torch::TensorOptions().device(backend.device).dtype(torch::kFloat32);
  Noise noise;
  for (const ParameterSpec& spec : layout.specs())
    if (is_weight_sigma(spec))
      noise.layers.push_back(
          {torch::zeros({spec.shape[1]}, options), torch::zeros({spec.shape[0]}, options)});
  return noise;
}

void Noise::draw(Rng& rng) {
  const torch::NoGradGuard no_grad;
  for (const Layer& layer : layers) {
    draw_into(layer.in, rng);
    draw_into(layer.out, rng);
  }
}

Tensor Pass::next_state() const {
  if (states_after.empty()) return {};
  return states_after.size() == 1 ? states_after[0] : torch::cat(states_after, 1);
}

Tensor flat(const Tensor& x) {
  if (x.dim() == 2) return x;
  const bool one_position = x.size(2) == 1 && x.size(3) == 1;
  return (one_position ? x : x.permute({0, 2, 3, 1})).reshape({x.size(0), -1});
}

}  // namespace tengen
