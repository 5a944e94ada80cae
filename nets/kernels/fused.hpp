// Dense layers with their activations, differentiated in one step, so that bookkeeping does not
// cost small networks more than their few microseconds of arithmetic.
#pragma once

#include "nets/activations.hpp"
#include "nets/kernels/kernels.hpp"

#include <span>
#include <vector>

namespace tengen {

/// x → activation(x weightᵀ + bias).
struct DenseLayer {
  Tensor weight;  ///< out × in
  Tensor bias;    ///< out
  Activation activation = Activation::kIdentity;
};

/// activation(x weightᵀ + bias), batch × out, for x of batch × in.
///
/// float32 layers of up to 2¹⁶ weights with relu, tanh or no activation are computed on the CPU by
/// kernels of our own, and are one node of the graph, which can be differentiated once. All others
/// are the plain composition of torch's functions, which the kernels equal but for rounding.
Tensor dense(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation);

/// Runs the layers one behind the other, as one node where all of them are of that kind.
Tensor mlp(const Tensor& x, std::span<const DenseLayer> layers);

/// mlp() for learners that know the gradient by its output in closed form. It works in memory that
/// stays, and without autograd's engine, which takes as long as both passes of a network of 64
/// units over 100 rows.
class MlpPass {
 public:
  /// As mlp(), outside any graph. The result is valid until the next call. `x` and the layers'
  /// parameters must not change before backward().
  const Tensor& forward(const Tensor& x, std::span<const DenseLayer> layers);
  /// The gradients that backward() computes, and where they go.
  struct Wanted {
    std::span<const Tensor> parameters =
        {};  ///< filled: weight and bias of every layer; may be empty
    bool input = false;
  };
  /// Computes the gradients of Σ y ∘ dy after forward(); `dy` (contiguous) is overwritten. Returns
  /// the gradient by x if it is wanted, valid until the next call, else an undefined tensor.
  Tensor backward(const Tensor& dy, const Wanted& wanted);

 private:
  friend class MlpNode;
  struct Step {
    Tensor x, weight, y, dx;  // outside any graph
    kernels::Function function;
  };
  void backward(std::size_t step, const Tensor& dy, const kernels::DenseGradients& out);
  Tensor& input_gradient(std::size_t step);

  std::vector<Step> steps_;  // of layers that kernels compute; else
  Tensor x_, y_, dx_;        // the ends of a graph of torch's,
  std::vector<Tensor> parameters_;
};

}  // namespace tengen
