#include "nets/layers/dropout.hpp"

#include <charconv>

namespace tengen {

std::optional<Dropout> Dropout::parse(const LayerWords& words) {
  const std::string_view text = words.argument;
  float rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (words.name != "dropout" || !number || !(rate >= 0 && rate <= 0.95F)) return {};
  return Dropout{.rate = rate};
}

Tensor Dropout::forward(const ParameterViews&, const Tensor& x, Pass& pass) const {
  Rng* const rng = pass.mode.dropout;
  if (rate <= 0 || rng == nullptr) return x;
  const Tensor keep = torch::empty(x.sizes(), torch::kFloat32);
  for (float& value : float_span(keep)) value = rng->uniform() < rate ? 0.0F : 1 / (1 - rate);
  return x * keep.to(x.options());
}

}  // namespace tengen
