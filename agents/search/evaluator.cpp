#include "agents/search/evaluator.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>

namespace tengen {

EvaluationBatch::EvaluationBatch(const GameSpec& spec, int capacity)
    : spec_(spec), capacity_(capacity) {
  TENGEN_CHECK(capacity >= 1);
  const auto rows = usize(capacity);
  planes_.resize(rows * spec.plane_bytes());
  globals_.resize(rows * usize(spec.globals));
  logits_.resize(rows * usize(spec.actions));
  value_.resize(rows);
  margin_.resize(rows);
  if (spec.ownership) ownership_.resize(rows * usize(spec.points()));
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
