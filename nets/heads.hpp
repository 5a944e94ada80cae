// What a network says of action values: plain, dueling, noisy, C51, QR, in any mixture.
#pragma once

#include "nets/tensor.hpp"

namespace tengen {

enum class Distribution {
  kNone,         ///< the expected return
  kCategorical,  ///< C51 (Bellemare et al. 2017): probabilities of `atoms` fixed returns
  kQuantile,     ///< QR-DQN (Dabney et al. 2018): `atoms` quantiles of the return
};

struct HeadOptions {
  int actions = 1;
  bool dueling = false;  ///< Wang et al. 2016: Q = V + A − mean A
  bool noisy = false;    ///< the last hidden layer and the outputs are noisy
  float sigma0 = 0.5F;   ///< noisy layers' initial deviation
  Distribution distribution = Distribution::kNone;
  int atoms = 51;
  float v_min = -10, v_max = 10;  ///< the fixed returns' range (categorical)

  /// Numbers for each action: 1, or the atoms.
  [[nodiscard]] int outputs() const { return distribution == Distribution::kNone ? 1 : atoms; }
};

/// The expected returns, batch × actions, of a head's output, batch × actions × outputs().
Tensor expected_values(const HeadOptions& options, const Tensor& output);

}  // namespace tengen
