#include "nets/actor_critic.hpp"

#include "core/check.hpp"

namespace tengen {

int ActorCriticOptions::policy_outputs() const {
  if (const auto* discrete = std::get_if<Discrete>(&action)) return discrete->n;
  return 2 * static_cast<int>(std::get<Box>(action).low.size());
}

ActorCriticOptions read_actor_critic(const Config& net, const EnvSpec& env, int stack) {
  ActorCriticOptions o;
  const Shape& shape = env.observation.shape;
  const bool image = shape.rank >= 2 && shape[shape.rank - 1] >= 32;
  o.net = read_net(net, env.observation, stack,
                   {.activation = image ? "relu" : "tanh", .init = "orthogonal"});
  o.action = env.action;
  if (o.net.shared_hidden) throw UsageError("net.shared_hidden is for the dueling streams of dqn");
  o.memory = read_recurrent(net, "none");
  const bool memory = o.memory.kind != RecurrentKind::kNone;
  o.separate = net.get<bool>("separate", o.net.conv.empty() && !memory);
  if (o.separate && memory)
    throw UsageError(
        "net.separate = true and net.recurrent do not go together: policy and value "
        "share their memory");
  if (std::holds_alternative<Box>(env.action))
    o.log_std_init = net.get<float>("log_std_init", 0.0F, -20.0F, 5.0F);
  return o;
}

ActorCritic::ActorCritic(const ActorCriticOptions& options) : options_(options) {
  const NetOptions& net = options_.net;
  const auto encoder = [&](const std::string& prefix) {
    return Encoder(net, net.hidden.size(), prefix, 0, layout_, noise_sizes_);
  };
  encoder_.emplace(encoder(options.separate ? "policy." : ""));
  if (options.separate) value_encoder_.emplace(encoder("value."));
  int features = encoder_->features();
  if (options.memory.kind != RecurrentKind::kNone) {
    cell_ = RecurrentCell("recurrent", options.memory.kind, features, options.memory.size, layout_);
    features = options.memory.size;
  }
  const auto* box = std::get_if<Box>(&options.action);
  const int outputs = options.policy_outputs() / (box != nullptr ? 2 : 1);
  // A first policy close to uniform, whatever is seen (Andrychowicz et al. 2021, section 3.2).
  const InitRule policy{net.init, 0.01, outputs, features, outputs},
      value{net.init, 1, 1, features, 1};
  policy_ = Dense("policy.out", features, outputs, policy, false, 0, layout_, noise_sizes_);
  value_ = Dense("value.out", features, 1, value, false, 0, layout_, noise_sizes_);
  if (box != nullptr)
    log_std_ = static_cast<std::size_t>(layout_.add(
        "log_std", {outputs},
        {.init = Init::kConstant, .gain = options.log_std_init, .rows = 1, .columns = outputs}));
}

ActorCriticOutput ActorCritic::forward(const ParameterViews& parameters, const Tensor& input,
                                       const Tensor& state, const Tensor& keep,
                                       const ForwardMode& mode) const {
  ActorCriticOutput out;
  Tensor x = encoder_->forward(parameters, input, mode);
  if (options_.memory.kind != RecurrentKind::kNone) {
    const Sequence sequence = cell_.forward(parameters, x, state, keep);
    out.state = sequence.state;
    x = sequence.output.to(input.scalar_type());
  }
  const Tensor v = value_encoder_ ? value_encoder_->forward(parameters, input, mode) : x;
  out.policy = policy_.forward(parameters, x, mode).to(torch::kFloat32);
  out.value = value_.forward(parameters, v, mode).to(torch::kFloat32).squeeze(1);
  if (std::holds_alternative<Box>(options_.action)) {
    const Tensor log_std = parameters[log_std_].to(torch::kFloat32);
    out.policy = torch::cat({out.policy, log_std.expand_as(out.policy)}, 1);
  }
  return out;
}

}  // namespace tengen
