// A policy-value network as it plays on a GPU.
#pragma once

#include "nets/board/board_net.hpp"

#include <memory>
#include <vector>

namespace tengen {

/// Belongs to one thread and has a stream of its own.
class RecordedPass {
 public:
  /// `backend`'s device is a GPU.
  RecordedPass(std::shared_ptr<const PolicyValueNet> net, const Backend& backend);
  ~RecordedPass();
  RecordedPass(const RecordedPass&) = delete;
  RecordedPass& operator=(const RecordedPass&) = delete;

  /// Evaluates with the parameters `folded` from now on, which are views into `flat` and are
  /// copied; the same `flat` again costs nothing.
  void use(const Tensor& flat, const ParameterViews& folded);
  /// Writes the answers of `rows`.
  void evaluate(const PolicyValueRows& rows);
  [[nodiscard]] const PolicyValueNet& net() const { return *net_; }

 private:
  struct Pass;
  Pass& pass_of(int rows);

  std::shared_ptr<const PolicyValueNet> net_;
  torch::Stream stream_;
  Tensor source_;              // what parameters_ are copies of
  ParameterViews parameters_;  // recordings read these very addresses
  std::vector<std::unique_ptr<Pass>> passes_;
};

}  // namespace tengen
