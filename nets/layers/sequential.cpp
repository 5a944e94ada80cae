#include "nets/layers/sequential.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"

#include <fmt/ranges.h>

#include <utility>

namespace tengen {
namespace {

template <std::size_t... I>
Layer parse_any(const LayerWords& words, std::string_view text, std::index_sequence<I...>) {
  std::optional<Layer> found;
  const auto ask = [&]<class L>(std::type_identity<L>) {
    if (auto layer = L::parse(words)) found = std::move(*layer);
  };
  (ask(std::type_identity<std::variant_alternative_t<I, Layer>>()), ...);
  if (found) return *found;
  const std::vector<std::string_view> forms{std::variant_alternative_t<I, Layer>::kForm...};
  throw UsageError("net.layers: '{}' is no layer; layers are written {}", excerpt(text),
                   fmt::join(forms, ", "));
}

}  // namespace

Layer parse_layer(std::string_view text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const std::string_view argument = text.substr(std::min(blank + 1, text.size()));
  return parse_any({text.substr(0, blank), argument}, text,
                   std::make_index_sequence<std::variant_size_v<Layer>>());
}

Need need_of(const Layer& layer) {
  return std::visit([]<class L>(const L&) { return L::kNeed; }, layer);
}

Sequential::Sequential(std::vector<Layer> layers, NetBuilder& net) : layers_(std::move(layers)) {
  const Features first = net.features;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    std::visit([&](auto& layer) { layer.add(net); }, layers_[i]);
    if (net.features.rows < 1 || net.features.columns < 1)
      throw UsageError("net.conv: nothing of the {}x{} image is left after layer {}",
                       first.rows * first.block, first.columns * first.block, i + 1);
  }
}

Tensor Sequential::forward(const ParameterViews& parameters, const Tensor& input,
                           Pass& pass) const {
  Tensor x = input;
  for (const Layer& any : layers_)
    x = std::visit([&](const auto& layer) { return layer.forward(parameters, x, pass); }, any);
  return flat(x);
}

}  // namespace tengen
