// A network as a search's judge.
#pragma once

#include "agents/search/evaluator.hpp"
#include "core/worker_pool.hpp"
#include "nets/board/inference_net.hpp"

#include <memory>

namespace tengen {

/// The network's upper half of options, from what a game says of itself.
PolicyValueOptions policy_value_of(const GameSpec& game);

/// Judges by a network that evaluators on other threads may share.
class NetEvaluator final : public Evaluator {
 public:
  explicit NetEvaluator(std::shared_ptr<const InferenceNet> net);
  void evaluate(EvaluationBatch& batch, int rows) override;

  /// Judges by another from now on.
  void replace(std::shared_ptr<const InferenceNet> net);
  [[nodiscard]] const InferenceNet& network() const { return *net_; }

 private:
  std::shared_ptr<const InferenceNet> net_;
  InferenceNet::Workspace workspace_;
};

/// Evaluations a second of the network alone, measured for about `seconds`: `workers` of them over
/// the pool's threads, each in batches of `rows`.
double bare_evaluations(const std::shared_ptr<const InferenceNet>& net, const GameSpec& game,
                        int rows, int workers, WorkerPool& pool, double seconds);

}  // namespace tengen
