// Dense layers, plain and noisy.
#pragma once

#include "core/rng.hpp"
#include "nets/activations.hpp"
#include "nets/parameters.hpp"

#include <string>
#include <vector>

namespace tengen {

/// Factorised Gaussian noise of every noisy layer (Fortunato et al. 2018, section 3b): drawn once,
/// used by every observation of a forward pass.
struct Noise {
  struct Layer {
    Tensor in, out;  ///< f(ε) of the layer's inputs and outputs, f(x) = sgn(x)·√|x|
  };
  std::vector<Layer> layers;
  /// New noise everywhere, from `rng` alone.
  void draw(Rng& rng);
};

/// What a forward pass draws on besides parameters and input.
struct ForwardMode {
  const Noise* noise = nullptr;  ///< null: noisy layers use their means
  Rng* dropout = nullptr;        ///< null: nothing is dropped (acting, targets)
};

/// y = f(W x + b); noisy: y = f((μ_W + σ_W ∘ ε) x + μ_b + σ_b ∘ ε_out) with ε = ε_out ε_inᵀ.
class Dense {
 public:
  Dense() = default;
  /// Adds name.weight [out, in] and name.bias to `layout`, and with `noisy` name.weight_sigma and
  /// name.bias_sigma, which start at sigma0/√in.
  Dense(const std::string& name, int in, int out, const InitRule& rule, bool noisy, float sigma0,
        ParameterLayout& layout, std::vector<std::pair<int, int>>& noise_sizes);
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x,
                               const ForwardMode& mode, Activation f = Activation::kIdentity) const;

 private:
  std::size_t weight_ = 0, bias_ = 0, weight_sigma_ = 0, bias_sigma_ = 0, noise_ = 0;
  bool noisy_ = false;
};

/// x with each element zeroed with probability p and the rest scaled by 1/(1 − p), from
/// mode.dropout.
Tensor drop(const Tensor& x, float p, const ForwardMode& mode);

}  // namespace tengen
