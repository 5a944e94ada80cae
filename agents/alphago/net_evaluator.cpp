#include "agents/alphago/net_evaluator.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

#include "core/check.hpp"
#include "core/usize.hpp"

#include <utility>

namespace tengen {

PolicyValueOptions policy_value_of(const GameSpec& game) {
  return {.rows = game.rows,
          .columns = game.columns,
          .planes = game.planes,
          .globals = game.globals,
          .actions = game.actions,
          .points = game.layout == ActionLayout::kPoints,
          .territory = game.ownership};
}

NetEvaluator::NetEvaluator(std::shared_ptr<const InferenceNet> net) : net_(std::move(net)) {
  TENGEN_CHECK(net_ != nullptr);
}

void NetEvaluator::replace(std::shared_ptr<const InferenceNet> net) {
  TENGEN_CHECK(net != nullptr);
  net_ = std::move(net);
}

void NetEvaluator::evaluate(EvaluationBatch& batch, int rows) {
  const PolicyValueOptions& o = net_->options();
  const GameSpec& game = batch.spec();
  TENGEN_CHECK(rows >= 0 && rows <= batch.capacity());
  TENGEN_CHECK(o.rows == game.rows && o.columns == game.columns && o.planes == game.planes &&
               o.globals == game.globals && o.actions == game.actions &&
               o.territory == game.ownership);
  if (rows == 0) return;
  net_->evaluate({.rows = rows,
                  .planes = batch.all_planes().data(),
                  .globals = batch.all_globals().data(),
                  .logits = batch.logits(0).data(),
                  .value = &batch.value(0),
                  .margin = &batch.margin(0),
                  .ownership = batch.ownership(0).data()},
                 workspace_);
}

double bare_evaluations(const std::shared_ptr<const InferenceNet>& net, const GameSpec& game,
                        int rows, int workers, WorkerPool& pool, double seconds) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> rates(usize(workers));
  pool.run(workers, [&](int w) {
    EvaluationBatch batch(game, rows);
    NetEvaluator evaluator(net);
    evaluator.evaluate(batch, rows);
    const auto begin = Clock::now();
    double passed = 0;
    std::int64_t done = 0;
    for (; passed < seconds; done += rows) {
      evaluator.evaluate(batch, rows);
      passed = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    rates[usize(w)] = static_cast<double>(done) / passed;
  });
  // More workers than threads take turns.
  return std::accumulate(rates.begin(), rates.end(), 0.0) *
         std::min(1.0, pool.threads() / static_cast<double>(workers));
}

}  // namespace tengen
