// What dqn and r2d2 share: settings, exploration, the gradient step, and what a checkpoint holds.
#pragma once

#include "agents/explore.hpp"
#include "agents/off_policy.hpp"
#include "agents/q_policy.hpp"
#include "nets/losses.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tengen {

/// Settings that dqn and r2d2 read alike.
struct QSettings {
  OffPolicySettings common;
  int shards = 1;  ///< parts of a minibatch that are computed at the same time
  double exploration_fraction = 0.1, initial_eps = 1, final_eps = 0.05;
  bool repeat_exploration = false;  ///< a random action is held for a while (Explorer)
  bool clip_reward = false;         ///< to its sign
  bool double_q = false;            ///< van Hasselt et al. 2016: the online network chooses
  bool prioritised = false;         ///< Schaul et al. 2016
  float alpha = 0.6F;               ///< priority exponent
  double beta0 = 0.4;               ///< importance exponent, which rises to 1 over the run
  float eval_eps = 0;               ///< how often the player acts at random
};

/// What differs between the two where a recipe is silent.
struct QDefaults {
  bool refined = false;      ///< double and prioritised are on
  bool noisy = false;        ///< the network explores by itself: no random actions
  int two_shards_from = 64;  ///< a minibatch of so many is computed in two parts
};

/// Reads steps and [agent] of the recipe. Throws UsageError naming a setting that is out of range.
QSettings read_q_settings(const AgentContext& context, const QDefaults& defaults);

/// One thread's part of every minibatch, a fixed slice of it.
struct MinibatchSlice {
  std::size_t begin = 0, end = 0;  ///< of the minibatch
  Tensor gradient;                 ///< flat
  ParameterViews gradients;        ///< views of it
  Rng dropout;
  double loss = 0;  ///< the slice's part of the minibatch's mean
  double q = 0;     ///< sum of the predicted values of the actions taken

  [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// The online and the target network of a Q-learner, and what happens to them. It knows nothing of
/// replay: the agent samples, and computes the loss of its minibatch's slices.
class QLearner {
 public:
  /// Takes streams 0, 1 and 2 of the context's seed, and for dropout those from `dropout_stream`
  /// on.
  QLearner(const AgentContext& context, const QSettings& settings,
           std::shared_ptr<const Network> network, std::uint64_t dropout_stream);

  [[nodiscard]] std::int64_t steps() const { return progress_.steps(); }
  [[nodiscard]] std::string_view precision() const { return name_of(backend_.precision); }
  [[nodiscard]] const Backend& backend() const { return backend_; }
  [[nodiscard]] const Network& network() const { return *network_; }
  [[nodiscard]] const Parameters& online() const { return online_; }
  [[nodiscard]] const Parameters& target() const { return target_; }

  /// The random action that `lane` is to take now, or −1 where it is to act greedily. Call it once
  /// per step and lane, in order of lanes.
  [[nodiscard]] std::int32_t explore(int lane, std::span<const std::uint8_t> legal) {
    // Before learning_starts every action is random.
    const double epsilon = progress_.warming_up() ? 1.0 : scheduled_exploration();
    return explorer_.choose(lane, epsilon, legal, act_rng_);
  }
  /// The greedy player, with its own copy of the weights.
  [[nodiscard]] std::unique_ptr<Policy> policy(int lanes) const;

  /// The rewards (lanes) as the settings have them stored. Valid until the next call.
  [[nodiscard]] std::span<const float> stored_rewards(std::span<const float> reward);
  /// Counts one step of every lane, and moves the target network where that is due. Returns how
  /// many updates are due.
  std::int64_t count_step(Logger& logger);
  /// The importance exponent β now.
  [[nodiscard]] float importance() const;
  /// An update of the online network: `compute(slice, index)` is called for every slice, several at
  /// a time, and hands its part of the loss to differentiate(). Throws Error where the loss is not
  /// finite: learning diverged.
  void update(const std::function<void(MinibatchSlice&, std::size_t index)>& compute);
  /// Leaves the gradient of `loss` in the slice.
  void differentiate(const Tensor& loss, MinibatchSlice& slice) const;
  /// Counts and records the last update, of which `q_mean` was the mean predicted value.
  void record_update(double q_mean, Logger& logger);

  [[nodiscard]] const std::vector<MinibatchSlice>& slices() const { return slices_; }
  /// The stream that dropout of the present update draws from.
  [[nodiscard]] Rng dropout_of(const MinibatchSlice& slice) const {
    return slice.dropout.split(static_cast<std::uint64_t>(progress_.updates()));
  }
  [[nodiscard]] Rng& sample_rng() { return sample_rng_; }

  /// All of its state.
  void records(const Checkpoint& checkpoint);
  void save_policy(ArchiveWriter& writer) const { online_.save(writer, "agent/online"); }
  void start_from(const ArchiveReader& player);

 private:
  [[nodiscard]] double scheduled_exploration() const;

  QSettings settings_;
  EnvSpec env_;
  WorkerPool* pool_;
  std::uint64_t seed_;
  int lanes_;
  Backend backend_;
  std::shared_ptr<const Network> network_;
  Parameters online_, target_;
  Optimiser optimiser_;
  OffPolicyProgress progress_;
  Rng act_rng_, sample_rng_;
  Explorer explorer_;
  std::vector<float> reward_;  // lanes
  std::vector<MinibatchSlice> slices_;
  double loss_ = 0, norm_ = 0;  // of the last update
};

/// The greedy player of such an agent, of `network`, from what save_policy() wrote.
std::unique_ptr<Policy> load_q_policy(const AgentContext& context,
                                      std::shared_ptr<const Network> network,
                                      const ArchiveReader& reader);

}  // namespace tengen
