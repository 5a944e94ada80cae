// Gradient steps of a policy-value network on rows of games.
#pragma once

#include "core/worker_pool.hpp"
#include "nets/board/inference_net.hpp"
#include "nets/board/recording.hpp"
#include "nets/optimisers.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tengen {

/// Positions and their targets, row-major, from the view of the player to move. The caller who
/// samples them writes here.
struct PolicyValueBatch {
  PolicyValueBatch(const PolicyValueOptions& net, int rows);

  int rows = 0;
  std::vector<std::uint8_t> planes;     ///< rows × board rows × columns × planes
  std::vector<float> globals;           ///< rows × globals
  std::vector<float> policy;            ///< rows × actions: probabilities
  std::vector<float> value;             ///< rows, in [−1, 1]
  std::vector<float> margin;            ///< rows, in points
  std::vector<std::int8_t> ownership;   ///< rows × points: 1, 0, −1; empty without territory
  std::vector<float> policy_weight;     ///< rows; 1 to begin with, 0: nothing to learn
  std::vector<float> value_weight;      ///< rows; of the value
  std::vector<float> territory_weight;  ///< rows; of margin and ownership
};

struct PolicyValueLearnerOptions {
  OptimiserOptions optimiser;
  float value_weight = 1;
  float margin_weight = 0.02F, ownership_weight = 0.15F;
  float average = 0.999F;  ///< what an update leaves of the averaged parameters that play
  int shards = 1;  ///< parts of a minibatch computed at the same time; the result depends on it
};
/// Reads value_weight, margin_weight, ownership_weight, average, shards (2) and the optimiser's
/// settings of an [agent] section. Throws UsageError.
PolicyValueLearnerOptions read_policy_value_learner(const Config& agent);

/// Means over the rows of a minibatch, times the rows' weights.
struct PolicyValueLosses {
  double policy = 0;          ///< cross-entropy, nats
  double value = 0;           ///< (z − v)²
  double margin = 0;          ///< Huber loss, in units of 20 points
  double ownership = 0;       ///< (owner − prediction)², mean over points
  double entropy = 0;         ///< of the network's policy, nats; no loss
  double target_entropy = 0;  ///< of what it should be: the least that `policy` can become
  double norm = 0;            ///< of the gradient, before clipping
};

/// What a learner changes. Apart from kAll this is for networks that are separate.
enum class LearntPart : std::uint8_t { kAll, kPolicy, kValue };

/// Parameters, their running average, optimiser and working memory. Results do not depend on the
/// number of threads.
class PolicyValueLearner {
 public:
  PolicyValueLearner(const PolicyValueOptions& net, const PolicyValueLearnerOptions& options,
                     const Backend& backend, std::uint64_t seed);

  /// One gradient step. Throws Error if the gradient is not finite: learning diverged.
  PolicyValueLosses step(const PolicyValueBatch& batch, double learning_rate, WorkerPool& pool);

  /// From now on steps change this part: the other's parameters, their average, the statistics that
  /// they are computed with, and their moments keep their bits. The choice is not saved: call this
  /// again after load().
  void learn_only(LearntPart part);
  /// Begins another optimisation from the parameters as they are: moments are forgotten, and the
  /// average follows as fast as at first.
  void restart() { optimiser_.restart(); }

  /// The player with the averaged parameters, computed on `backend`.
  [[nodiscard]] std::shared_ptr<const InferenceNet> player(const Backend& backend) const;
  [[nodiscard]] const std::shared_ptr<const PolicyValueNet>& network() const { return network_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] const Parameters& average() const { return average_; }
  [[nodiscard]] std::int64_t updates() const { return updates_; }

  /// Begins anew from a player that save_player() wrote, of network `net`: the same or a smaller
  /// one, see PolicyValueNet::grow(). Throws Error if it does not fit.
  void start_from(const ArchiveReader& player, const PolicyValueOptions& net);

  /// Writes what load_net_player() needs: the averaged parameters.
  void save_player(ArchiveWriter& writer) const;
  /// Records below "agent/".
  void save(ArchiveWriter& writer) const;
  void load(const ArchiveReader& reader);

 private:
  /// A minibatch, or a part of one, as tensors where the parameters are.
  struct Rows {
    Tensor planes, globals, policy, value, margin, ownership;
    Tensor policy_weight, value_weight, territory_weight;
  };
  struct Shard {
    Tensor gradient;           // flat
    ParameterViews gradients;  // views of it
    Tensor moments;            // flat
    ParameterViews moment_views;
    PolicyValueLosses losses;  // sums over rows
    Tensor terms;              // the same, as they were computed
    // On a GPU what is done with rows is recorded; they stay where they are.
    std::optional<torch::Stream> stream;
    std::unique_ptr<Recording> recording;
    Rows rows;
  };
  void start_average();
  [[nodiscard]] Rows rows_of(const PolicyValueBatch& batch, int begin, int end) const;
  void compute(int index, int used, const PolicyValueBatch& batch);
  Tensor differentiate(Shard& shard, const Rows& rows, double scale) const;

  PolicyValueLearnerOptions options_;
  Backend backend_;
  std::shared_ptr<const PolicyValueNet> network_;
  Parameters parameters_, statistics_;       // as learnt
  Parameters average_, average_statistics_;  // as played
  Optimiser optimiser_;
  std::vector<FlatRange> learnt_, learnt_statistics_;
  std::vector<Shard> shards_;
  std::int64_t updates_ = 0;
};

/// The player in a model file. Throws Error if its weights do not fit.
std::shared_ptr<const InferenceNet> load_net_player(const ArchiveReader& reader,
                                                    const PolicyValueOptions& net,
                                                    const Backend& backend);

}  // namespace tengen
