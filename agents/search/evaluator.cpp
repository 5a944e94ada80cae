#include "agents/search/evaluator.hpp"

#include "core/check.hpp"

#include <algorithm>

namespace tengen {

EvaluationBatch::EvaluationBatch(const GameSpec& spec, int capacity)
    : spec_(spec), capacity_(capacity) {
  TENGEN_CHECK(capacity >= 1);
  const auto rows = static_cast<std::size_t>(capacity);
  planes_.resize(rows * spec.plane_bytes());
  globals_.resize(rows * static_cast<std::size_t>(spec.globals));
  logits_.resize(rows * static_cast<std::size_t>(spec.actions));
  value_.resize(rows);
  margin_.resize(rows);
  if (spec.ownership) ownership_.resize(rows * static_cast<std::size_t>(spec.points()));
}

void UniformEvaluator::evaluate(EvaluationBatch& batch, int rows) {
  for (int row = 0; row < rows; ++row) {
    std::ranges::fill(batch.logits(row), 0.0F);
    std::ranges::fill(batch.ownership(row), 0.0F);
    batch.value(row) = 0;
    batch.margin(row) = 0;
  }
}

}  // namespace tengen
