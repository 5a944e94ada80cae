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
  refuse(net, o.net, Need::kNoise,
         "an actor-critic takes no noisy layers: learning would need the noise of every step that "
         "was acted with");
  read_recurrent(net, "none", o.net);
  const bool memory = o.net.needs(Need::kMemory);
  o.separate = net.get<bool>("separate", !o.net.takes_pictures() && !memory);
  if (o.separate && memory)
    throw UsageError(
        "net.separate = true and net.recurrent do not go together: policy and value "
        "share their memory");
  if (std::holds_alternative<Box>(env.action))
    o.log_std_init = net.get<float>("log_std_init", 0.0F, -20.0F, 5.0F);
  return o;
}

ActorCritic::ActorCritic(const ActorCriticOptions& options) : options_(options) {
  const NetBuilder input = builder_of(options_.net, layout_);
  NetBuilder policy = input.branch(options.separate ? "policy." : "", 1);
  body_ = Sequential(options_.net.layers, policy);
  NetBuilder value = options.separate ? input.branch("value.", 1) : policy;
  if (options.separate) value_body_.emplace(options_.net.layers, value);
  const bool box = std::holds_alternative<Box>(options.action);
  const int outputs = options.policy_outputs() / (box ? 2 : 1);
  // A first policy close to uniform, whatever is seen (Andrychowicz et al. 2021, section 3.2).
  policy_ = {
      .outputs = outputs, .name = "policy.out", .activation = Activation::kIdentity, .gain = 0.01};
  value_ = {.outputs = 1, .name = "value.out", .activation = Activation::kIdentity, .gain = 1};
  NetBuilder policy_head = policy.branch("", 1), value_head = value.branch("", 1);
  policy_.add(policy_head);
  value_.add(value_head);
  if (box)
    log_std_ = layout_.add(
        "log_std", {outputs},
        {.init = Init::kConstant, .gain = options.log_std_init, .rows = 1, .columns = outputs});
}

ActorCriticOutput ActorCritic::forward(const ParameterViews& parameters, const Tensor& input,
                                       const Tensor& state, const Tensor& keep,
                                       const ForwardMode& mode) const {
  Pass pass{.mode = mode, .state = state, .keep = keep};
  ActorCriticOutput out;
  const Tensor x = body_.forward(parameters, input, pass);
  const Tensor v = value_body_ ? value_body_->forward(parameters, input, pass) : x;
  out.state = pass.next_state();
  out.policy = policy_.forward(parameters, x, pass).to(torch::kFloat32);
  out.value = value_.forward(parameters, v, pass).to(torch::kFloat32).squeeze(1);
  if (std::holds_alternative<Box>(options_.action)) {
    const Tensor log_std = parameters[log_std_].to(torch::kFloat32);
    out.policy = torch::cat({out.policy, log_std.expand_as(out.policy)}, 1);
  }
  return out;
}

}  // namespace tengen
