// Networks of learners with continuous actions: a policy sees an observation, a critic sees it and
// an action.
#pragma once

#include "nets/kernels/fused.hpp"
#include "nets/net_options.hpp"

#include <string>
#include <vector>

namespace tengen {

/// Reads `net` as read_net() does. Throws UsageError for layers that such networks do not take,
/// with the reason.
NetOptions read_state_action(const Config& net, const ObservationSpace& observation, int stack);

/// The function such a network computes; parameters are an argument. The layers before the first
/// dense one are shared by all heads. Each head has the others, and a last dense layer of
/// `outputs`, for itself: it sees the features and the action side by side.
class StateActionNetwork {
 public:
  struct Options {
    NetOptions net;                  ///< as read_state_action() allows it
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
  Sequential body_;
  std::size_t body_parameters_ = 0;  // the first of the layout's; then the heads', each as many
  std::size_t head_parameters_ = 0;
  int features_ = 0;
  std::vector<Sequential> heads_;
};

/// One forward pass and its gradients, in memory that stays from pass to pass.
class StateActionPass {
 public:
  StateActionPass(const StateActionNetwork& network, const Backend& backend);

  /// `input`: rows of make_input() and gather(), in the type of `parameters`; `action`: rows ×
  /// dimensions. Both must not change before backward(). Shared layers are differentiable only if
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
  // A head whose layers are all dense runs without autograd's engine; others run as a graph.
  struct HeadPass {
    std::vector<DenseLayer> layers;  // empty: there are others
    MlpPass mlp;
    Tensor graph_x, graph_y;         // the ends of the graph
    std::vector<Tensor> parameters;  // of the graph
    Tensor y, dy;                    // float32 on the CPU
  };
  [[nodiscard]] Tensor join(const Tensor& features, std::span<const float> action);
  [[nodiscard]] Tensor forward_head(std::size_t head, const ParameterViews& parameters,
                                    const Tensor& x);
  // Returns the gradient by the head's input if that is wanted.
  [[nodiscard]] Tensor backward_head(std::size_t head, std::span<const Tensor> parameters,
                                     bool input);
  void copy_action_gradient(const Tensor& gradient, std::span<float> action) const;

  const StateActionNetwork& network_;
  Backend backend_;
  std::vector<HeadPass> heads_;
  std::vector<Tensor> body_parameters_;
  Tensor features_, joined_;
};

}  // namespace tengen
