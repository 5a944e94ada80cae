// Dense layers, plain and noisy.
#pragma once

#include "nets/layers/layer.hpp"

namespace tengen {

/// y = f(W x + b). Parameters are name.weight [outputs, inputs] and name.bias [outputs]; the name
/// is "hidden1", "hidden2" … where none is given.
struct Dense {
  static constexpr const char* kForm = "dense 512";
  static constexpr Need kNeed = Need::kNothing;

  int outputs = 0;
  std::string name = {};
  std::optional<Activation> activation = {};  ///< f; nothing: the network's
  std::optional<double> gain = {};            ///< of the initial weights; nothing: that of f
  bool exact = false;  ///< computed in float32 whatever the type of input and parameters

  std::size_t weight = 0, bias = 0;  ///< indices of the parameters, from add() on

  static std::optional<Dense> parse(const LayerWords& words);
  void add(NetBuilder& net);
  /// batch × inputs, or a picture → batch × outputs.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x, Pass& pass) const;
};

/// y = f((μ_W + σ_W ∘ ε) x + μ_b + σ_b ∘ ε_out) with ε = ε_out ε_inᵀ (Fortunato et al. 2018): a
/// dense layer of the means, and name.weight_sigma and name.bias_sigma, which start at
/// sigma0/√inputs.
struct Noisy {
  static constexpr const char* kForm = "noisy 512";
  static constexpr Need kNeed = Need::kNoise;

  Dense mean;
  float sigma0 = 0.5F;

  std::size_t weight_sigma = 0, bias_sigma = 0;  ///< indices of the parameters, from add() on
  std::size_t noise = 0;                         ///< index in Noise::layers

  static std::optional<Noisy> parse(const LayerWords& words);
  void add(NetBuilder& net);
  /// Without pass.mode.noise it is the dense layer of the means.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x, Pass& pass) const;
};

}  // namespace tengen
