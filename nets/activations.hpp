// The non-linearities between layers.
#pragma once

#include "nets/tensor.hpp"

#include <string_view>

namespace tengen {

enum class Activation { kRelu, kTanh, kSigmoid, kSoftplus, kElu, kIdentity };

/// "relu", "tanh", "sigmoid", "softplus" or "elu"; kIdentity has no name. Throws UsageError with
/// the nearest name.
Activation find_activation(std::string_view name);
Tensor activate(Activation activation, const Tensor& x);
/// What keeps the variance of a signal through a layer (He et al. 2015; torch's calculate_gain).
double gain_of(Activation activation);

}  // namespace tengen
