// What stands on a body to estimate action values: plain, dueling, noisy, C51, QR, in any mixture.
#pragma once

#include "nets/mlp.hpp"

#include <string_view>
#include <vector>

namespace tengen {

enum class Distribution {
  kNone,         ///< the expected return
  kCategorical,  ///< C51 (Bellemare et al. 2017): probabilities of `atoms` fixed returns
  kQuantile,     ///< QR-DQN (Dabney et al. 2018): `atoms` quantiles of the return
};
/// "none", "categorical" or "quantile". Throws UsageError with the nearest name.
Distribution find_distribution(std::string_view name);

struct HeadOptions {
  int actions = 1;
  bool dueling = false;  ///< Wang et al. 2016: Q = V + A − mean A
  bool noisy = false;
  float sigma0 = 0.5F;  ///< noisy layers' initial deviation
  Distribution distribution = Distribution::kNone;
  int atoms = 51;
  float v_min = -10, v_max = 10;  ///< the fixed returns' range (categorical)

  /// Numbers an action has: 1, or the atoms.
  [[nodiscard]] int outputs() const { return distribution == Distribution::kNone ? 1 : atoms; }
};

class Head {
 public:
  /// `hidden` outputs of a last hidden layer for each stream of its own; 0 for none.
  Head(const HeadOptions& options, int features, int hidden, Activation activation, Init init,
       ParameterLayout& layout, std::vector<std::pair<int, int>>& noise_sizes);
  /// batch × features → batch × actions × outputs, float32: values, logits or quantiles.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& features,
                               float dropout, const ForwardMode& mode) const;

 private:
  struct Stream {
    Dense hidden, out;
    int width = 1;  // actions, or 1 for the value stream
  };
  [[nodiscard]] Tensor run(const Stream& stream, const ParameterViews& parameters, Tensor x,
                           float dropout, const ForwardMode& mode) const;

  HeadOptions options_;
  Activation activation_;
  bool has_hidden_;
  std::vector<Stream> streams_;  // Q; or value and advantage
};

/// The returns a categorical head gives probabilities to: atoms values from v_min to v_max.
Tensor support(const HeadOptions& options, torch::Device device = torch::kCPU);
/// Expected returns, batch × actions, of a head's output.
Tensor expected_values(const HeadOptions& options, const Tensor& output);

}  // namespace tengen
