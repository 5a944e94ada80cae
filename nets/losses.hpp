// What learning minimises, element by element: callers weight and average.
#pragma once

#include "nets/heads.hpp"

#include <span>
#include <string_view>

namespace tengen {

enum class Loss { kMse, kHuber, kCrossEntropy };
/// "mse", "huber" or "cross_entropy". Throws UsageError with the nearest name.
Loss find_loss(std::string_view name);

/// One loss an element (mse: (p − t)²; huber: torch's smooth_l1, δ = 1), or one a row for
/// cross_entropy, where `prediction` holds logits and `target` probabilities over the last
/// dimension.
Tensor loss_of(Loss loss, const Tensor& prediction, const Tensor& target);

/// The categorical algorithm's projection Φ T z (Bellemare et al. 2017, algorithm 1): the
/// distribution of reward + discount · Z for `probabilities` [batch × atoms] of Z, on the same
/// atoms.
Tensor project_categorical(const HeadOptions& head, const Tensor& probabilities,
                           std::span<const float> reward, std::span<const float> discount);

/// The quantile Huber loss (Dabney et al. 2018, equation 10, κ = 1) of predicted quantiles [batch ×
/// n] against samples `target` [batch × m]: Σ over quantiles of the mean over samples. [batch].
Tensor quantile_huber(const Tensor& prediction, const Tensor& target);

}  // namespace tengen
