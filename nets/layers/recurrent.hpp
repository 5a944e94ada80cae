// Memory inside a network: a gated cell that runs along a sequence of steps.
#pragma once

#include "nets/layers/layer.hpp"

namespace tengen {

enum class RecurrentKind {
  kGru,   ///< Cho et al. 2014, with the reset gate inside the product as torch.nn.GRU has it
  kLstm,  ///< Hochreiter & Schmidhuber 1997, Gers et al. 2000; torch.nn.LSTM
};

/// What a network with memory gives for a sequence.
struct Sequence {
  Tensor output;  ///< (steps · lanes) × …, time-major
  Tensor state;   ///< lanes × state size, after the last step
};

/// A GRU or LSTM whose state is cleared where an episode starts. Parameters are
/// recurrent.weight_ih, .weight_hh, .bias_ih and .bias_hh with gates in torch's order (GRU: r z n;
/// LSTM: i f g o); weights are orthogonal and biases zero at first.
struct Recurrent {
  static constexpr const char* kForm = "gru 128 (or lstm)";
  static constexpr Need kNeed = Need::kMemory;

  RecurrentKind kind = RecurrentKind::kGru;
  int size = 128;  ///< outputs

  // From add() on: indices of the parameters, and where its part of the network's state begins.
  std::size_t weight_ih = 0, weight_hh = 0, bias_ih = 0, bias_hh = 0;
  int state_begin = 0;

  static std::optional<Recurrent> parse(const LayerWords& words);
  void add(NetBuilder& net);
  /// Numbers of state per lane: size, or for an LSTM 2 · size (output, then cell).
  [[nodiscard]] int state_size() const { return kind == RecurrentKind::kLstm ? 2 * size : size; }

  /// run() with this layer's part of pass.state, in the type of `x`.
  [[nodiscard]] Tensor forward(const ParameterViews& parameters, const Tensor& x, Pass& pass) const;
  /// `x`: (steps · lanes) × features, time-major. `state`: lanes × state_size(). `keep`: steps ×
  /// lanes, 0 where an episode starts with that step (the state is cleared before it), else 1.
  /// Computed in float32 whatever the type of `x` and parameters. Cutting a sequence in two and
  /// handing the state on gives the same outputs.
  [[nodiscard]] Sequence run(const ParameterViews& parameters, const Tensor& x, const Tensor& state,
                             const Tensor& keep) const;
};

}  // namespace tengen
