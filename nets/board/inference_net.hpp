// A policy-value network as it plays: its parameters folded, in the type that computes fastest.
#pragma once

#include "nets/board/recorded_pass.hpp"

#include <memory>

namespace tengen {

/// It is immutable: threads share it, each with a Workspace of its own.
class InferenceNet {
 public:
  /// Copies the parameters; `statistics` are the running ones.
  InferenceNet(std::shared_ptr<const PolicyValueNet> net, const Parameters& parameters,
               const Parameters& statistics, const Backend& backend);

  /// Memory that stays from batch to batch. Threads do not share it.
  struct Workspace {
    BoardNet::Workspace board;
    std::unique_ptr<RecordedPass> recorded;  // on a GPU
  };
  /// Writes the answers of `rows`.
  void evaluate(const PolicyValueRows& rows, Workspace& workspace) const;

  [[nodiscard]] const PolicyValueOptions& options() const { return net_->options(); }
  [[nodiscard]] const Backend& backend() const { return backend_; }

 private:
  void evaluate_block(const PolicyValueRows& rows, int first, int count) const;

  std::shared_ptr<const PolicyValueNet> net_;
  Backend backend_;
  Tensor flat_;
  ParameterViews views_;
  std::unique_ptr<const BoardNet> board_;  // instead, where kernels of our own compute
};

}  // namespace tengen
