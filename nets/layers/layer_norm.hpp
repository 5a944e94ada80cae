// Layer normalisation (Ba et al. 2016).
#pragma once

#include "nets/layers/layer.hpp"

namespace tengen {

/// Shifts and scales each row to mean 0 and variance 1, then by parameters norm1.scale and
/// norm1.shift, which start at 1 and 0. A picture becomes a row of numbers.
struct LayerNorm {
  static constexpr const char* kForm = "norm";
  static constexpr Need kNeed = Need::kNothing;

  std::size_t scale = 0, shift = 0;  ///< indices of the parameters, from add() on

  static std::optional<LayerNorm> parse(const LayerWords& words) {
    if (words.name != "norm" || !words.argument.empty()) return {};
    return LayerNorm{};
  }
  void add(NetBuilder& net) {
    const int count = net.features.count();
    const std::string name = net.name("norm");
    scale = net.layout.add(name + ".scale", {count}, {.init = Init::kConstant, .gain = 1});
    shift = net.layout.add(name + ".shift", {count}, {.init = Init::kConstant, .gain = 0});
    net.features = flat_features(count);
  }
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x, Pass&) const {
    const Tensor rows = flat(x);
    return torch::layer_norm(rows, {rows.size(1)}, parameters[scale], parameters[shift]);
  }
};

}  // namespace tengen
