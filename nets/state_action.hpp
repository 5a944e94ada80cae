// Networks of learners with continuous actions: a policy sees an observation, a critic sees it and
// an action.
#pragma once

#include "nets/encoder.hpp"
#include "nets/kernels/fused.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// The function such a network computes; parameters are an argument. Convolutions, where [net] has
/// them, are shared by all heads; each head is an MLP of its own, of net.hidden and `outputs`, on
/// the features and the action side by side.
class StateActionNetwork {
 public:
  struct Options {
    NetOptions net;                  ///< dropout and shared_hidden do not matter here
    int action = 0;                  ///< dimensions of the action that the heads see; 0: none
    std::vector<std::string> heads;  ///< names: {"q1", "q2"}
    int outputs = 1;                 ///< of each head
  };
  explicit StateActionNetwork(Options options);
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const ParameterLayout& layout() const { return layout_; }

 private:
  friend class StateActionPass;
  Options options_;
  ParameterLayout layout_;
  std::optional<ConvBody> conv_;
  std::size_t conv_parameters_ =
      0;  // the first of the layout's; then the heads', one after another
  int features_;
};

/// One forward pass and its gradients, in memory that stays from pass to pass.
class StateActionPass {
 public:
  StateActionPass(const StateActionNetwork& network, const Backend& backend);

  /// `input`: rows of make_input() and gather(), in the type of `parameters`; `action`: rows ×
  /// dimensions. Both must not change before backward(). Convolutions are differentiable only if
  /// torch's gradient mode is on.
  void forward(const ParameterViews& parameters, const Tensor& input,
               std::span<const float> action = {});
  /// What head `head` gave: rows × outputs. Valid until the next forward().
  [[nodiscard]] std::span<const float> output(std::size_t head) const;
  /// Where the caller puts ∂loss/∂output(head) before backward(), which overwrites it.
  [[nodiscard]] std::span<float> gradient(std::size_t head);

  /// What backward() fills; what is empty is not wanted.
  struct Wanted {
    std::span<const Tensor> parameters = {};  ///< by the layout
    std::span<float> action = {};             ///< rows × dimensions
  };
  void backward(const Wanted& wanted);

 private:
  struct HeadPass {
    MlpPass mlp;
    Tensor y, dy;  // float32 on the CPU
  };
  [[nodiscard]] Tensor join(const Tensor& features, std::span<const float> action);

  const StateActionNetwork& network_;
  Backend backend_;
  std::vector<DenseLayer> layers_;
  std::vector<HeadPass> heads_;
  std::vector<Tensor> conv_parameters_;
  Tensor features_, joined_;
};

}  // namespace tengen
