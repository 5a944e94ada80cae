// Gradient steps of actor-critic networks on rows of a rollout.
#pragma once

#include "agents/actor_critic.hpp"
#include "replay/rollout.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// Which rows of a rollout a gradient step is made from: steps × columns, time-major. Without
/// memory, steps may be 1 and columns any rows; with memory a column is one lane's rows in order,
/// from the rollout's first on.
struct Selection {
  std::vector<std::size_t> rows;
  int steps = 1;

  [[nodiscard]] int columns() const { return static_cast<int>(rows.size()) / steps; }
};

/// The first `steps` steps of the lanes `lanes`, in that order.
Selection sequences(const Rollout& rollout, std::span<const std::size_t> lanes, int steps);
/// Those of all lanes.
Selection whole(const Rollout& rollout, int steps);
/// In an order drawn from `rng`.
void shuffle(std::vector<std::size_t>& values, Rng& rng);

/// One thread's part of a minibatch: what the network says of its rows, and where the derivatives
/// of the loss go. The loss is a sum over rows; whoever wants a mean divides.
struct MiniBatch {
  int shard = 0;                      ///< for sums by shard
  int steps = 1;                      ///< rows are steps × (rows / steps), time-major
  std::span<const std::size_t> rows;  ///< of the rollout
  int width = 0;                      ///< numbers a row of policy
  std::span<const float> policy, value;
  std::span<float> d_policy, d_value;  ///< zeros to begin with

  [[nodiscard]] std::span<const float> policy_row(std::size_t i) const {
    return policy.subspan(i * static_cast<std::size_t>(width), static_cast<std::size_t>(width));
  }
  [[nodiscard]] std::span<float> d_policy_row(std::size_t i) const {
    return d_policy.subspan(i * static_cast<std::size_t>(width), static_cast<std::size_t>(width));
  }
};

/// Parameters, optimiser and working memory. Shards are computed at the same time and added in
/// order, so that results do not depend on the number of threads. Another device than the CPU
/// computes all rows at once: its parts would wait for each other.
class Learner {
 public:
  Learner(const ActorCriticSettings& settings, const Backend& backend, std::uint64_t seed);

  /// Writes the derivatives of the loss by every output of the rows; called from several threads.
  using LossGradient = std::function<void(const MiniBatch&)>;
  /// Computes the gradient, and with it what `loss` sums up of the rows, but changes nothing.
  void differentiate(const Rollout& rollout, const Selection& selection, const LossGradient& loss,
                     WorkerPool& pool);
  /// A step along the last gradient. Returns its norm before clipping. Throws Error if that is not
  /// finite: learning diverged.
  double apply(double learning_rate, WorkerPool& pool);
  /// Both.
  double step(const Rollout& rollout, const Selection& selection, double learning_rate,
              const LossGradient& loss, WorkerPool& pool) {
    differentiate(rollout, selection, loss, pool);
    return apply(learning_rate, pool);
  }

  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] const std::shared_ptr<const ActorCritic>& network() const { return network_; }
  [[nodiscard]] std::int64_t updates() const { return updates_; }

  void save(ArchiveWriter& writer) const;
  void load(const ArchiveReader& reader);
  /// Before the first step: the weights of a player.
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
  [[nodiscard]] std::pair<Tensor, Tensor> states_of(const Shard& shard, const Rollout& rollout,
                                                    int steps) const;
  void compute(int index, const Rollout& rollout, const Selection& selection,
               const LossGradient& loss, WorkerPool* pool);

  Backend backend_;
  std::shared_ptr<const ActorCritic> network_;
  Parameters parameters_;
  Optimiser optimiser_;
  std::vector<Shard> shards_;
  int used_ = 0;  // of them: the last gradient is their sum
  std::int64_t updates_ = 0;
};

}  // namespace tengen
