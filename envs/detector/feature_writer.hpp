// Observations of design tasks are written number by number.
#pragma once

#include "core/check.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace tengen::detector {

/// Writes numbers one after the other, each brought into [−1, 1].
class FeatureWriter {
 public:
  explicit FeatureWriter(std::span<float> out) : out_(out) {}
  void operator()(double value) {
    out_[next_++] = static_cast<float>(std::clamp(value, -1.0, 1.0));
  }
  void one_hot(int chosen, int n) {
    for (int i = 0; i < n; ++i) (*this)(i == chosen ? 1 : 0);
  }
  /// Checks that all of the observation was written.
  void finish() const { TENGEN_CHECK(next_ == out_.size(), "{} of {}", next_, out_.size()); }

 private:
  std::span<float> out_;
  std::size_t next_ = 0;
};

}  // namespace tengen::detector
