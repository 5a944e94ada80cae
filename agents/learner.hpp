// Gradient steps of actor-critic networks on rows of a rollout.
#pragma once

#include "agents/actor_critic.hpp"
#include "agents/checkpoint.hpp"
#include "agents/rows.hpp"
#include "replay/rollout.hpp"

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace tengen {

/// The rows of a rollout that a gradient step is made from: steps × columns, time-major. Without
/// memory, steps may be 1 and columns any rows; with memory a column is one lane's rows in their
/// order, from the rollout's first on.
struct Selection {
  std::vector<std::size_t> rows;
  int steps = 1;

  [[nodiscard]] int columns() const { return static_cast<int>(rows.size()) / steps; }
};

/// The first `steps` steps of the lanes `lanes`, a column for each of them in that order.
Selection sequences(const Rollout& rollout, std::span<const std::size_t> lanes, int steps);
/// The first `steps` steps of all lanes.
Selection whole(const Rollout& rollout, int steps);
/// Brings the values into an order drawn from `rng`.
void shuffle(std::vector<std::size_t>& values, Rng& rng);

/// One thread's part of a minibatch: what the network says of its rows, and where the derivatives
/// of the loss by that go. The loss is a sum over rows; an algorithm whose loss is their mean
/// divides.
struct MiniBatch {
  int shard = 0;                         ///< the part's number, for sums by shard
  int steps = 1;                         ///< rows are steps × (rows / steps), time-major
  std::span<const std::size_t> rows;     ///< of the rollout
  int width = 0;                         ///< outputs of the policy for a row
  std::span<const float> policy, value;  ///< rows × width, rows
  std::span<float> d_loss_d_policy, d_loss_d_value;  ///< the same shapes; zeros to begin with

  [[nodiscard]] std::span<const float> policy_row(std::size_t i) const {
    return row_of(policy, i, width);
  }
  [[nodiscard]] std::span<float> d_loss_d_policy_row(std::size_t i) const {
    return row_of(d_loss_d_policy, i, width);
  }
};

/// Adds to row i of d_loss_d_policy what the loss depends on the log-probability of the action
/// taken there and on the policy's entropy: `derivatives(likelihood)` says the LikelihoodGradient.
/// Returns the likelihood.
template <class Derivatives>
Likelihood differentiate(const ActionDistribution& distribution, Rollout& rollout,
                         const MiniBatch& batch, std::size_t i, Derivatives&& derivatives) {
  const std::size_t row = batch.rows[i];
  return distribution.differentiate(batch.policy_row(i), rollout.legal(row),
                                    distribution.action_at(rollout.action, rollout.box_action, row),
                                    batch.d_loss_d_policy_row(i),
                                    std::forward<Derivatives>(derivatives));
}

/// Parameters, optimiser and working memory. Shards are computed at the same time and added in
/// their order, so that results do not depend on the number of threads. A device other than the CPU
/// computes all rows at once, because its parts would wait for each other.
class Learner {
 public:
  Learner(const ActorCriticSettings& settings, const Backend& backend, std::uint64_t seed);

  /// Writes the derivatives of the loss by the outputs for every row. Several threads call it at
  /// once, each with another shard.
  using LossGradient = std::function<void(const MiniBatch&)>;
  /// Computes the gradient of the loss by the parameters, which stay as they are.
  void differentiate(const Rollout& rollout, const Selection& selection, const LossGradient& loss,
                     WorkerPool& pool);
  /// Makes a step along the last gradient. Returns its norm before clipping. Throws Error if that
  /// is not finite: learning diverged.
  double apply(double learning_rate, WorkerPool& pool);
  /// differentiate() and apply().
  double step(const Rollout& rollout, const Selection& selection, double learning_rate,
              const LossGradient& loss, WorkerPool& pool) {
    differentiate(rollout, selection, loss, pool);
    return apply(learning_rate, pool);
  }

  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] const std::shared_ptr<const ActorCritic>& network() const { return network_; }
  [[nodiscard]] std::int64_t updates() const { return updates_; }

  /// All of its state.
  void records(const Checkpoint& checkpoint);
  /// Before the first step: takes the weights of a player. Throws Error if they do not fit.
  void start_from(const ArchiveReader& player) { parameters_.load(player, "agent/online"); }

 private:
  struct Shard {
    std::vector<std::size_t> rows;
    std::vector<const std::byte*> frames;
    InputBuffer input;
    Tensor gradient;           // flat
    ParameterViews gradients;  // views of it
    Rng dropout;
  };
  struct States {
    Tensor state;  // lanes × state size, before the first row
    Tensor keep;   // steps × lanes: 0 where an episode starts, else 1
  };
  [[nodiscard]] States states_of(const Shard& shard, const Rollout& rollout, int steps) const;
  void compute(int index, const Rollout& rollout, const Selection& selection,
               const LossGradient& loss, WorkerPool* pool);

  Backend backend_;
  std::shared_ptr<const ActorCritic> network_;
  Parameters parameters_;
  Optimiser optimiser_;
  std::vector<Shard> shards_;
  int used_ = 0;  // the last gradient is the sum of so many shards'
  std::int64_t updates_ = 0;
};

}  // namespace tengen
