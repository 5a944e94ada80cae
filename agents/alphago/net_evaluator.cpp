#include "agents/alphago/net_evaluator.hpp"

#include "core/check.hpp"

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

}  // namespace tengen
