// Acting for on-policy learners: a rollout is filled, handed to the algorithm, and begun anew.
#pragma once

#include "agents/learner.hpp"
#include "agents/schedules.hpp"
#include "envs/vector_env.hpp"

namespace tengen {

/// Fills rollouts by drawing from a policy network. Its parameters are an argument wherever they
/// are used: the learner's own, or an older copy.
class RolloutActor {
 public:
  /// Rollouts of settings.n_steps steps; `pool` as Actor's.
  RolloutActor(const AgentContext& context, const ActorCriticSettings& settings,
               std::shared_ptr<const ActorCritic> network, const Backend& backend,
               WorkerPool* pool);

  [[nodiscard]] StepView slot() { return rollout_.slot(); }
  /// Draws an action a lane for the newest observation.
  ActionView act(const ParameterViews& parameters);
  /// Takes in the step just written into slot(): rewards are scaled, clipped or normalised as the
  /// settings say, and where the clock ended an episode γ V(final observation) is added.
  void take(const ParameterViews& parameters);
  /// Values of the newest observations, lanes; for bootstrapping a full rollout. The actor's states
  /// stay.
  [[nodiscard]] std::vector<float> last_values(const ParameterViews& parameters);
  /// Begins the next rollout where this one ended.
  void restart() { rollout_.restart(rollout_); }
  /// The same, handing the full one to `taken` in exchange for its memory.
  void restart(Rollout& taken);

  [[nodiscard]] Rollout& rollout() { return rollout_; }
  [[nodiscard]] const Rollout& rollout() const { return rollout_; }
  [[nodiscard]] const InputNormaliser& normaliser() const { return normaliser_; }
  [[nodiscard]] const BoxScale& scale() const { return scale_; }
  [[nodiscard]] const ActionDistribution& distribution() const { return distribution_; }

  void save(ArchiveWriter& writer) const;
  void load(const ArchiveReader& reader);
  /// What a player needs besides parameters.
  void save_policy(ArchiveWriter& writer) const {
    normaliser_.save(writer, "agent/inputs");
    scale_.save(writer, "agent/action");
  }
  /// What save_policy() wrote. Throws Error unless both normalise observations or neither does.
  void start_from(const ArchiveReader& player);

 private:
  void see_newest();

  ActorCriticSettings settings_;
  std::shared_ptr<const ActorCritic> network_;
  ActionDistribution distribution_;
  BoxScale scale_;
  InputNormaliser normaliser_;
  RewardNormaliser rewards_;
  Rollout rollout_;
  Actor actor_;
  ActionMemory action_;
  Rng rng_;
  bool started_ = false;
  StepView slot_;
  std::vector<std::uint8_t> first_;  // lanes
  std::vector<const std::byte*> frames_;
  Tensor seen_;  // lanes: the newest observations, for the normaliser
};

/// An agent whose algorithm is a function from a full rollout to gradient steps: a2c, ppo,
/// reinforce.
class OnPolicyAgent final : public Agent {
 public:
  /// What an algorithm works with. `last_value` (lanes) bootstraps the rollout.
  struct Work {
    Rollout& rollout;
    std::span<const float> last_value;
    const ActionDistribution& distribution;
    Learner& learner;
    WorkerPool& pool;
    Rng& rng;
    double learning_rate;
    double progress;  ///< 0 at the run's beginning, 1 at its end
    Logger& logger;
  };
  using Algorithm = std::function<void(Work&)>;
  OnPolicyAgent(const AgentContext& context, const ActorCriticSettings& settings,
                Algorithm algorithm);

  StepView slot() override { return actor_.slot(); }
  ActionView act() override { return actor_.act(learner_.parameters().views()); }
  void learn(Logger& logger) override;
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  [[nodiscard]] std::string_view precision() const override { return name_of(backend_.precision); }
  [[nodiscard]] std::unique_ptr<Policy> policy(int lanes) const override;
  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override;
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override;
  void save_policy(ArchiveWriter& writer) const override;
  void start_from(const ArchiveReader& player) override;

 private:
  ActorCriticSettings settings_;
  Algorithm algorithm_;
  EnvSpec env_;
  WorkerPool* pool_;
  std::uint64_t seed_;
  Backend backend_;
  Learner learner_;
  RolloutActor actor_;
  ScheduleClock schedule_;
  Rng rng_;
  std::int64_t steps_ = 0;
};

}  // namespace tengen
