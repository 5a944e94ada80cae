// Dropout (Srivastava et al. 2014).
#pragma once

#include "nets/layers/layer.hpp"

namespace tengen {

/// While learning each number becomes 0 with probability `rate` and is scaled by 1/(1 − rate) else;
/// otherwise nothing happens. It has no parameters.
struct Dropout {
  static constexpr const char* kForm = "dropout 0.1";
  static constexpr Need kNeed = Need::kDropout;

  float rate = 0;  ///< in [0, 0.95]

  static std::optional<Dropout> parse(const LayerWords& words);
  void add(NetBuilder&) {}
  /// Draws from pass.mode.dropout, a number for each element of x.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x, Pass& pass) const;
};

}  // namespace tengen
