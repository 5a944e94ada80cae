// What learners from replay share: settings, and when they learn.
#pragma once

#include "agents/agent.hpp"
#include "agents/checkpoint.hpp"
#include "agents/schedules.hpp"
#include "nets/optimisers.hpp"
#include "replay/replay_buffer.hpp"

#include <cstdint>

namespace tengen {

/// Settings that dqn, r2d2 and sac read alike. Steps are those of all lanes together.
struct OffPolicySettings {
  std::int64_t total_steps = 0;
  double learning_rate = 0;
  bool anneal = false;                      ///< learning_rate falls to 0 over the run
  std::int64_t learning_starts = 100;       ///< steps of random actions before the first update
  int batch_size = 0;                       ///< transitions (r2d2: sequences) an update
  int train_freq = 1, gradient_steps = 1;   ///< so many updates every train_freq steps
  double tau = 1;                           ///< target = τ · online + (1 − τ) · target …
  std::int64_t target_update_interval = 1;  ///< … every so many steps (sac: updates)
  std::int64_t buffer_size = 1'000'000;     ///< steps that are remembered
  int stack = 1;                            ///< frames an observation
  int n_steps = 1;                          ///< rewards of a return before it is bootstrapped
  float gamma = 0.99F;                      ///< discount, from 0 to 1
  OptimiserOptions optimiser;
};

/// What differs between the algorithms where a recipe is silent.
struct OffPolicyDefaults {
  double learning_rate = 1e-4;
  int batch_size = 32;
  int train_freq = 4;
  double tau = 1;
  std::int64_t target_update_interval = 10'000;
  float max_grad_norm = 10;  ///< 0: gradients are not clipped
};

/// Reads steps and [agent] of the recipe. Throws UsageError naming a setting that is out of range.
OffPolicySettings read_off_policy_settings(const AgentContext& context,
                                           const OffPolicyDefaults& defaults);

/// The replay of single transitions that the settings ask for, uniform.
ReplayOptions replay_options(const OffPolicySettings& settings, int lanes);

/// How far a learner from replay has come, and what is due then.
class OffPolicyProgress {
 public:
  explicit OffPolicyProgress(const OffPolicySettings& settings)
      : settings_(settings), clock_(settings.total_steps) {}

  [[nodiscard]] std::int64_t steps() const { return steps_; }
  [[nodiscard]] std::int64_t updates() const { return updates_; }
  /// Whether actions are still to be random.
  [[nodiscard]] bool warming_up() const { return steps_ < settings_.learning_starts; }
  [[nodiscard]] double learning_rate() const;
  /// A setting that goes from `first` to `last` in a straight line over `part` of the run.
  [[nodiscard]] double linear(double first, double last, double part = 1) const {
    return clock_.linear(first, last, steps_, part);
  }

  /// Counts one step of every lane. Returns how many updates are due after it.
  std::int64_t count_step(int lanes);
  /// Counts an update and records its number and learning rate.
  void count_update(Logger& logger);

  /// Records agent/steps, agent/updates and agent/schedule.
  void records(const Checkpoint& checkpoint);

 private:
  OffPolicySettings settings_;
  ScheduleClock clock_;
  std::int64_t steps_ = 0, updates_ = 0;
};

}  // namespace tengen
