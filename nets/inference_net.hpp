// A policy-value network as it plays: its parameters folded, in the type that computes fastest.
#pragma once

#include "nets/policy_value.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace tengen {

/// Rows of positions and where the answers go: row-major, as EvaluationBatch has them.
struct PolicyValueRows {
  int rows = 0;
  const std::uint8_t* planes = nullptr;  ///< rows × board rows × columns × planes, bytes of 0 or 1
  const float* globals = nullptr;        ///< rows × globals
  float* logits = nullptr;               ///< rows × actions
  float* value = nullptr;                ///< rows
  float* margin = nullptr;               ///< rows; 0 is written without territory
  float* ownership = nullptr;            ///< rows × points; untouched without territory
};

/// Immutable: threads share one, each with a Workspace of its own.
class InferenceNet {
 public:
  /// Copies; `statistics` are the running ones.
  InferenceNet(std::shared_ptr<const PolicyValueNet> net, const Parameters& parameters,
               const Parameters& statistics, const Backend& backend);

  /// Memory that stays from batch to batch. Not shared between threads.
  struct Workspace {
    Tensor planes, globals;
  };
  void evaluate(const PolicyValueRows& rows, Workspace& workspace) const;

  [[nodiscard]] const PolicyValueOptions& options() const { return net_->options(); }
  [[nodiscard]] const Backend& backend() const { return backend_; }

 private:
  std::shared_ptr<const PolicyValueNet> net_;
  Backend backend_;
  Tensor flat_;
  ParameterViews views_;
};

}  // namespace tengen
