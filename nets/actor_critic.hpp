// The network of actor-critic agents: a policy and a value from one observation, with memory if
// asked for.
#pragma once

#include "nets/net_options.hpp"

#include <optional>

namespace tengen {

struct ActorCriticOptions {
  NetOptions net;
  ActionSpace action;
  bool separate = false;   ///< policy and value share no layers
  float log_std_init = 0;  ///< Box: logarithm of the initial standard deviation

  /// Numbers that describe a policy: a logit for each action; for Box a mean for each dimension,
  /// then the logarithm of a standard deviation for each.
  [[nodiscard]] int policy_outputs() const;
  /// Numbers of recurrent state per lane; 0 without memory.
  [[nodiscard]] int state_size() const { return net.state_size(); }
};

/// Reads `net` as read_net() does (defaults for vectors: tanh; weights orthogonal), and
///
///   separate        policy and value share nothing (default for vectors without memory)
///   recurrent       "none", "gru" or "lstm", behind the other layers
///   recurrent_size  its outputs
///   log_std_init    Box actions
///
/// Throws UsageError for what makes no sense.
ActorCriticOptions read_actor_critic(const Config& net, const EnvSpec& env, int stack);

/// What the network says of rows of observations, in float32.
struct ActorCriticOutput {
  Tensor policy;  ///< rows × policy_outputs()
  Tensor value;   ///< rows
  Tensor state;   ///< lanes × state_size() after the last step; undefined without memory
};

/// The function such a network computes; parameters are an argument.
class ActorCritic {
 public:
  explicit ActorCritic(const ActorCriticOptions& options);

  /// `input`: rows of make_input()/gather(), in the type of `parameters`. With memory, rows are
  /// steps × lanes, time-major, `state` lanes × state_size() and `keep` steps × lanes, both
  /// float32 (see Recurrent); without, both are ignored.
  [[nodiscard]] ActorCriticOutput forward(const ParameterViews& parameters, const Tensor& input,
                                          const Tensor& state = {}, const Tensor& keep = {},
                                          const ForwardMode& mode = {}) const;

  [[nodiscard]] const ParameterLayout& layout() const { return layout_; }
  [[nodiscard]] const ActorCriticOptions& options() const { return options_; }

 private:
  ActorCriticOptions options_;
  ParameterLayout layout_;
  Sequential body_;
  std::optional<Sequential> value_body_;  // where the value has layers of its own
  Dense policy_, value_;
  std::size_t log_std_ = 0;
};

}  // namespace tengen
