#include "agents/off_policy.hpp"

#include "agents/frame_stack.hpp"

namespace tengen {

OffPolicySettings read_off_policy_settings(const AgentContext& context,
                                           const OffPolicyDefaults& defaults) {
  constexpr std::int64_t kMany = 1'000'000'000;
  const Config agent = context.config.section("agent");
  OffPolicySettings s;
  s.total_steps = context.config.get<std::int64_t>("steps", 1'000'000);
  s.learning_rate = agent.get<double>("learning_rate", defaults.learning_rate, 0.0, 10.0);
  s.anneal = read_annealing(agent, "learning_rate_schedule");
  s.learning_starts = agent.get<std::int64_t>("learning_starts", s.learning_starts, 0, kMany);
  s.batch_size = agent.get<int>("batch_size", defaults.batch_size, 1, 65536);
  s.train_freq = agent.get<int>("train_freq", defaults.train_freq, 1, 1'000'000);
  s.gradient_steps = agent.get<int>("gradient_steps", s.gradient_steps, -1, 1'000'000);
  if (s.gradient_steps == -1) s.gradient_steps = s.train_freq;
  s.tau = agent.get<double>("tau", defaults.tau, 0.0, 1.0);
  s.target_update_interval =
      agent.get<std::int64_t>("target_update_interval", defaults.target_update_interval, 1, kMany);
  s.buffer_size = agent.get<std::int64_t>("buffer_size", s.buffer_size, context.lanes, kMany);
  s.stack = read_frame_stack(agent);
  s.n_steps = agent.get<int>("n_steps", s.n_steps, 1, 1000);
  s.gamma = agent.get<float>("gamma", s.gamma, 0.0F, 1.0F);
  s.optimiser = read_optimiser(agent, {.max_grad_norm = defaults.max_grad_norm});
  return s;
}

ReplayOptions replay_options(const OffPolicySettings& settings, int lanes) {
  return {.capacity = settings.buffer_size,
          .lanes = lanes,
          .stack = settings.stack,
          .n_steps = settings.n_steps,
          .gamma = settings.gamma,
          .expected = settings.total_steps};
}

double OffPolicyProgress::learning_rate() const {
  return settings_.anneal ? linear(settings_.learning_rate, 0) : settings_.learning_rate;
}

std::int64_t OffPolicyProgress::count_step(int lanes) {
  const std::int64_t before = steps_;
  steps_ += lanes;
  if (steps_ <= settings_.learning_starts) return 0;
  return times_due(before, steps_, settings_.train_freq) * settings_.gradient_steps;
}

void OffPolicyProgress::count_update(Logger& logger) {
  ++updates_;
  logger.record("train/learning_rate", learning_rate());
  logger.record("train/n_updates", static_cast<double>(updates_));
}

void OffPolicyProgress::records(const Checkpoint& checkpoint) {
  checkpoint.count("agent/steps", steps_);
  checkpoint.count("agent/updates", updates_);
  checkpoint.schedule("agent/schedule", clock_, steps_);
}

}  // namespace tengen
