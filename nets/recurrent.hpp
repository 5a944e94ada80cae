// Memory inside a network: a gated cell that runs along a sequence of steps.
#pragma once

#include "core/config.hpp"
#include "nets/parameters.hpp"

#include <string>
#include <string_view>

namespace tengen {

enum class RecurrentKind {
  kNone,
  kGru,   ///< Cho et al. 2014, with the reset gate inside the product as torch.nn.GRU has it
  kLstm,  ///< Hochreiter & Schmidhuber 1997, Gers et al. 2000; torch.nn.LSTM
};
/// "none", "gru" or "lstm". Throws UsageError with the nearest name.
RecurrentKind find_recurrent(std::string_view name);

struct RecurrentOptions {
  RecurrentKind kind = RecurrentKind::kNone;
  int size = 128;  ///< outputs

  /// Numbers of state a lane; 0 without memory.
  [[nodiscard]] int state_size() const {
    return kind == RecurrentKind::kNone ? 0 : kind == RecurrentKind::kLstm ? 2 * size : size;
  }
};
/// Reads `recurrent` (`fallback` where left out) and, with memory, `recurrent_size` of a recipe's
/// [net] section. Throws UsageError.
RecurrentOptions read_recurrent(const Config& net, const char* fallback);

/// What a cell gives for a sequence.
struct Sequence {
  Tensor output;  ///< (steps · lanes) × size, time-major
  Tensor state;   ///< lanes × state_size(), after the last step
};

/// A GRU or LSTM whose state is cleared where an episode starts.
class RecurrentCell {
 public:
  RecurrentCell() = default;
  /// Adds name.weight_ih, .weight_hh, .bias_ih, .bias_hh to `layout`, gates in torch's order
  /// (GRU: r z n; LSTM: i f g o), with orthogonal weights and zero biases.
  RecurrentCell(const std::string& name, RecurrentKind kind, int features, int size,
                ParameterLayout& layout);

  /// Numbers of state a lane: size, or for an LSTM 2 · size (output, then cell).
  [[nodiscard]] int state_size() const;
  [[nodiscard]] int size() const { return size_; }

  /// `x`: (steps · lanes) × features, time-major. `state`: lanes × state_size(). `keep`: steps ×
  /// lanes, 0 where an episode starts with that step (the state is cleared before it), else 1.
  /// Computed in float32 whatever the type of `x` and parameters. Cutting a sequence in two and
  /// handing the state on gives the same outputs.
  [[nodiscard]] Sequence forward(const ParameterViews& parameters, const Tensor& x,
                                 const Tensor& state, const Tensor& keep) const;
  /// The same in torch's own operations, step by step: to test the above.
  [[nodiscard]] Sequence forward_with_torch(const ParameterViews& parameters, const Tensor& x,
                                            const Tensor& state, const Tensor& keep) const;

 private:
  [[nodiscard]] Tensor projected(const ParameterViews& parameters, const Tensor& x) const;

  RecurrentKind kind_ = RecurrentKind::kNone;
  int size_ = 0;
  std::size_t weight_ih_ = 0, weight_hh_ = 0, bias_ih_ = 0, bias_hh_ = 0;
};

}  // namespace tengen
