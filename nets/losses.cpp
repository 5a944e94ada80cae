#include "nets/losses.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {

Tensor loss_of(Loss loss, const Tensor& prediction, const Tensor& target) {
  switch (loss) {
    case Loss::kMse:
      return torch::mse_loss(prediction, target, torch::Reduction::None);
    case Loss::kHuber:
      return torch::smooth_l1_loss(prediction, target, torch::Reduction::None);
    case Loss::kCrossEntropy:
      return -(target * torch::log_softmax(prediction, -1)).sum(-1);
  }
  return {};
}

Tensor project_categorical(const HeadOptions& head, const Tensor& probabilities,
                           std::span<const float> reward, std::span<const float> discount) {
  const Tensor from = probabilities.to(torch::kCPU).contiguous();
  const Tensor to = torch::zeros_like(from);
  const int atoms = head.atoms;
  const float delta = (head.v_max - head.v_min) / static_cast<float>(atoms - 1);
  for (std::size_t row = 0; row < reward.size(); ++row) {
    const float* p = from.data_ptr<float>() + row * usize(atoms);
    float* out = to.data_ptr<float>() + row * usize(atoms);
    for (int j = 0; j < atoms; ++j) {
      const float z = head.v_min + static_cast<float>(j) * delta;
      const float moved = std::clamp(reward[row] + discount[row] * z, head.v_min, head.v_max);
      const float b = std::clamp((moved - head.v_min) / delta, 0.0F, static_cast<float>(atoms - 1));
      const int low = std::min(static_cast<int>(b), atoms - 2);
      const float upper = b - static_cast<float>(low);
      out[low] += p[j] * (1 - upper);
      out[low + 1] += p[j] * upper;
    }
  }
  return to.to(probabilities.device());
}

Tensor quantile_huber(const Tensor& prediction, const Tensor& target) {
  const std::int64_t n = prediction.size(1);
  const Tensor midpoints =
      (torch::arange(n, prediction.options()) + 0.5).div(static_cast<double>(n)).view({1, n, 1});
  const Tensor error = target.unsqueeze(1) - prediction.unsqueeze(2);  // batch × n × m
  const Tensor size = error.abs();
  const Tensor huber = torch::where(size <= 1, 0.5 * error * error, size - 0.5);
  const Tensor asymmetry = (midpoints - (error.detach() < 0).to(prediction.scalar_type())).abs();
  return (asymmetry * huber).mean(2).sum(1);
}

}  // namespace tengen
