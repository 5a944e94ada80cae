// Acting for on-policy learners: a rollout is filled, handed to the algorithm, and started anew.
#pragma once

#include "agents/learner.hpp"
#include "agents/schedules.hpp"
#include "envs/vector_env.hpp"

namespace tengen {

/// Fills rollouts by drawing actions from a policy network. Its parameters are an argument wherever
/// they are used: the learner's own, or an older copy.
class RolloutActor {
 public:
  /// Rollouts have settings.n_steps steps of every lane. `pool` may be null, see Actor.
  RolloutActor(const AgentContext& context, const ActorCriticSettings& settings,
               std::shared_ptr<const ActorCritic> network, const Backend& backend,
               WorkerPool* pool);

  /// Where the environment writes the next step, or the first observation.
  [[nodiscard]] StepView slot() { return rollout_.slot(); }
  /// Draws an action per lane for the newest observations. Throws Error where the network's outputs
  /// are not finite.
  ActionView act(const ParameterViews& parameters);
  /// Takes in the step just written into slot(): rewards are scaled, clipped or normalised as the
  /// settings say, and where the clock ended an episode γ V(final observation) is added.
  void take(const ParameterViews& parameters);
  /// The values of the newest observations (lanes), which bootstrap a full rollout. The actor's
  /// recurrent states stay as they are.
  [[nodiscard]] std::vector<float> last_values(const ParameterViews& parameters);
  /// Starts the next rollout where this one ended.
  void restart() { rollout_.restart(rollout_); }
  /// The same, but the full rollout goes to `taken`, whose memory is used for the next one.
  void restart(Rollout& taken);

  [[nodiscard]] Rollout& rollout() { return rollout_; }
  [[nodiscard]] const Rollout& rollout() const { return rollout_; }
  [[nodiscard]] const InputNormaliser& normaliser() const { return normaliser_; }
  [[nodiscard]] const BoxScale& scale() const { return scale_; }
  [[nodiscard]] const ActionDistribution& distribution() const { return distribution_; }

  /// All of its state.
  void records(const Checkpoint& checkpoint);
  /// What a player needs besides parameters.
  void save_policy(ArchiveWriter& writer) const {
    normaliser_.save(writer, "agent/inputs");
    scale_.save(writer, "agent/action");
  }
  /// Takes what save_policy() wrote. Throws Error unless both normalise observations or neither
  /// does.
  void start_from(const ArchiveReader& player);

 private:
  void see_newest();
  void gather_newest();  // the stacks of the newest observations into frames_

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

/// An agent whose algorithm is a function that makes gradient steps from a full rollout: a2c, ppo,
/// reinforce.
class OnPolicyAgent final : public Agent {
 public:
  /// What an algorithm works with.
  struct Work {
    Rollout& rollout;                   ///< full
    std::span<const float> last_value;  ///< lanes: bootstraps the rollout
    const ActionDistribution& distribution;
    Learner& learner;
    WorkerPool& pool;
    Rng& rng;              ///< for orders of rows
    double learning_rate;  ///< as it is scheduled for now
    double progress;       ///< 0 at the run's beginning, 1 at its end
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
  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override {
    records({writer, directory});
  }
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override {
    records({reader, directory});
  }
  void save_policy(ArchiveWriter& writer) const override;
  void start_from(const ArchiveReader& player) override;

 private:
  void records(const Checkpoint& checkpoint);

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
