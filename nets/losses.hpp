// Losses, element by element: callers weight and average them.
#pragma once

#include "nets/heads.hpp"

#include <span>

namespace tengen {

enum class Loss { kMse, kHuber, kCrossEntropy };

/// mse gives (p − t)² and huber torch's smooth_l1 (δ = 1) for each element. cross_entropy gives one
/// loss for each row, where `prediction` holds logits and `target` probabilities over the last
/// dimension.
Tensor loss_of(Loss loss, const Tensor& prediction, const Tensor& target);

/// The projection Φ T z of the categorical algorithm (Bellemare et al. 2017, algorithm 1): the
/// distribution of reward + discount · Z, for `probabilities` [batch × atoms] of Z, on the same
/// atoms. `reward` and `discount` have a number for each row. Returns batch × atoms on the device
/// of `probabilities`.
Tensor project_categorical(const HeadOptions& head, const Tensor& probabilities,
                           std::span<const float> reward, std::span<const float> discount);

/// The quantile Huber loss (Dabney et al. 2018, equation 10, κ = 1) of predicted quantiles [batch ×
/// n] against samples `target` [batch × m]: for each row, the sum over quantiles of the mean over
/// samples.
Tensor quantile_huber(const Tensor& prediction, const Tensor& target);

}  // namespace tengen
