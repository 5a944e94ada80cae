// The non-linearities between layers.
#pragma once

#include "core/config.hpp"
#include "nets/tensor.hpp"

namespace tengen {

enum class Activation { kRelu, kTanh, kSigmoid, kSoftplus, kElu, kIdentity };

/// Reads `activation` of a recipe's [net] section: "relu", "tanh", "sigmoid", "softplus" or "elu",
/// `fallback` where left out; kIdentity has no name. Throws UsageError with the nearest name.
Activation read_activation(const Config& net, const char* fallback);
/// f(x), element by element.
Tensor activate(Activation activation, const Tensor& x);
/// The gain of initial weights that keeps the variance of a signal through a layer (He et al. 2015;
/// torch's calculate_gain).
double gain_of(Activation activation);

}  // namespace tengen
