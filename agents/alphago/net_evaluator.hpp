// A policy-value network as the evaluator of a search.
#pragma once

#include "agents/search/evaluator.hpp"
#include "core/worker_pool.hpp"
#include "nets/board/inference_net.hpp"

#include <memory>

namespace tengen {

/// The options of a network that depend on the game: sizes of its inputs and outputs.
PolicyValueOptions policy_value_of(const GameSpec& game);

/// Evaluates by a network that evaluators on other threads may share.
class NetEvaluator final : public Evaluator {
 public:
  explicit NetEvaluator(std::shared_ptr<const InferenceNet> net);
  void evaluate(EvaluationBatch& batch, int rows) override;

  /// Evaluates by another network from now on.
  void replace(std::shared_ptr<const InferenceNet> net);
  [[nodiscard]] const InferenceNet& network() const { return *net_; }

 private:
  std::shared_ptr<const InferenceNet> net_;
  InferenceNet::Workspace workspace_;
};

/// Measures for about `seconds` how many evaluations a second the network makes when `workers`
/// evaluators, spread over the pool's threads, evaluate batches of `rows` positions.
double bare_evaluations(const std::shared_ptr<const InferenceNet>& net, const GameSpec& game,
                        int rows, int workers, WorkerPool& pool, double seconds);

}  // namespace tengen
