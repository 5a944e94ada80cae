// What actor-critic agents share: settings, acting, and the player.
#pragma once

#include "agents/agent.hpp"
#include "agents/distributions.hpp"
#include "agents/frame_stack.hpp"
#include "agents/rows.hpp"
#include "agents/scaling.hpp"
#include "agents/schedules.hpp"
#include "nets/actor_critic.hpp"
#include "nets/input_buffer.hpp"
#include "nets/optimisers.hpp"

#include <memory>
#include <vector>

namespace tengen {

/// Settings that a2c, ppo, impala and reinforce read alike.
struct ActorCriticSettings {
  std::int64_t total_steps = 0;  ///< of all lanes together
  double learning_rate = 3e-4;
  bool anneal = false;                 ///< learning_rate falls to 0 over the run
  int n_steps = 128;                   ///< steps of each lane in a rollout
  int stack = 1;                       ///< frames an observation
  float gamma = 0.99F;                 ///< discount, from 0 to 1
  float ent_coef = 0, vf_coef = 0.5F;  ///< weights of entropy and value in the loss
  int shards = 2;                      ///< parts of a minibatch that are computed at the same time
  float reward_scale = 1;
  bool clip_reward = false;  ///< to its sign, after scaling
  bool normalize_reward = false, normalize_observation = false;
  bool bootstrap_truncated = true;  ///< where the clock ends an episode, γ V(final) is added
  bool sampling = false;            ///< the player draws actions instead of taking the likeliest
  OptimiserOptions optimiser;
  ActorCriticOptions network;

  /// The learning rate after `steps` steps.
  [[nodiscard]] double learning_rate_at(const ScheduleClock& clock, std::int64_t steps) const {
    return anneal ? clock.linear(learning_rate, 0, steps) : learning_rate;
  }
};

/// What differs between the algorithms where a recipe is silent.
struct ActorCriticDefaults {
  double learning_rate = 3e-4;
  const char* schedule = "constant";  ///< of the learning rate
  int n_steps = 128;
  float vf_coef = 0.5F;
  OptimiserDefaults optimiser = {.max_grad_norm = 0.5F, .kind = "adam", .eps = 1e-5F};
};

/// Reads steps, [agent] and [net] of the recipe. Throws UsageError naming a setting that is out of
/// range or does not fit the environment.
ActorCriticSettings read_actor_critic_settings(const AgentContext& context,
                                               const ActorCriticDefaults& defaults);

/// Runs the network for the newest observations of a few lanes, in memory that stays, and keeps
/// their recurrent state. Many lanes of pictures are cut into parts of a fixed number of lanes,
/// which the pool's threads compute at the same time; on a device other than the CPU they are one
/// part, and the threads share the gathering.
class Actor {
 public:
  /// `pool` may be null: then the caller's thread computes alone. Else it outlives this.
  Actor(const ActorCritic& network, const Backend& backend, int lanes, WorkerPool* pool);

  /// `frames`: lanes × stack pointers. `first`: 1 for lanes that start an episode, whose state is
  /// cleared beforehand. Afterwards policy(), value() and state() are those of these observations.
  /// Throws Error where the policy's outputs are not finite.
  void run(const ActorCritic& network, const ParameterViews& parameters,
           const InputNormaliser& normaliser, std::span<const std::byte* const> frames,
           std::span<const std::uint8_t> first);
  /// The values of other observations of the lanes `which` (in their present states, which stay):
  /// which.size() × stack pointers.
  [[nodiscard]] std::vector<float> values(const ActorCritic& network,
                                          const ParameterViews& parameters,
                                          const InputNormaliser& normaliser,
                                          std::span<const std::byte* const> frames,
                                          std::span<const int> which) const;
  /// The policy's outputs for a lane.
  [[nodiscard]] std::span<const float> policy(int lane) const {
    return row_of(policy_, lane, width_);
  }
  /// lanes
  [[nodiscard]] std::span<const float> value() const { return value_; }
  /// lanes × state size; empty without memory.
  [[nodiscard]] std::span<float> state() { return state_; }
  [[nodiscard]] std::span<const float> state() const { return state_; }

 private:
  struct Part {
    std::size_t begin = 0, lanes = 0;
    InputBuffer input;
    Tensor keep;
  };
  void run_part(Part& part, WorkerPool* pool, const ActorCritic& network,
                const ParameterViews& parameters, const InputNormaliser& normaliser,
                std::span<const std::byte* const> frames, std::span<const std::uint8_t> first);

  Backend backend_;
  WorkerPool* pool_;
  std::size_t width_, state_size_;
  std::vector<Part> parts_;
  std::vector<float> policy_, value_, state_;  // by lane
};

/// Plays by a policy network: takes its likeliest actions, or draws them.
class ActorCriticPolicy final : public Policy {
 public:
  /// Copies `parameters`, `normaliser` and `scale`. `pool` as Actor has it.
  ActorCriticPolicy(std::shared_ptr<const ActorCritic> network, const Parameters& parameters,
                    const InputNormaliser& normaliser, const BoxScale& scale,
                    const Backend& backend, const EnvSpec& env, int lanes, bool sampling,
                    std::uint64_t seed, WorkerPool* pool);
  void act(const StepView& seen, ActionBuffer out) override;
  void reset() override { fresh_ = true; }
  [[nodiscard]] Insight insight() const override;

 private:
  std::shared_ptr<const ActorCritic> network_;
  Parameters parameters_;
  InputNormaliser normaliser_;
  ObservationSpace observation_;
  ActionDistribution distribution_;
  BoxScale scale_;
  int lanes_;
  bool sampling_;
  Rng rng_;
  FrameStack frames_;
  Actor actor_;
  bool fresh_ = true;  // every lane is about to start an episode
  bool acted_ = false;
  std::vector<std::uint8_t> first_;     // lanes
  std::vector<float> box_;              // one action in the policy's units
  std::vector<float> shown_, entropy_;  // for insight(): lanes × columns, lanes
  mutable std::vector<std::byte> picture_;
};

/// The player from what save_policy() of such an agent wrote. Throws Error if it does not fit.
std::unique_ptr<Policy> load_actor_critic_policy(const AgentContext& context,
                                                 const ActorCriticSettings& settings,
                                                 const ArchiveReader& reader);

}  // namespace tengen
