// The sum tree of prioritised replay draws a leaf in proportion to its value, in logarithmic time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// A complete binary tree in flat arrays (Schaul et al. 2016, appendix B.2.1).
///
/// Every inner node is exactly the rounded sum of its two children, never a running total. So the
/// tree is a function of its leaves alone: it does not drift, and a tree rebuilt from saved leaves
/// is the same bit for bit.
class SumTree {
 public:
  /// Makes a tree of `leaves` ≥ 1 leaves that are all 0.
  explicit SumTree(std::int64_t leaves);

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] double total() const { return sums_[1]; }
  [[nodiscard]] float operator[](std::int64_t leaf) const {
    return leaves_[static_cast<std::size_t>(leaf)];
  }
  /// `value` is finite and ≥ 0.
  void set(std::int64_t leaf, float value);

  /// For each target in [0, total()], finds the leaf where the running sum of the leaves passes it,
  /// which is never a leaf of value 0. total() must be > 0; `found` is as long as `targets`.
  void find(std::span<const double> targets, std::span<std::int64_t> found) const;

  [[nodiscard]] std::span<const float> leaves() const {
    return std::span(leaves_).first(static_cast<std::size_t>(size_));
  }
  /// Replaces all leaves (size() of them) and rebuilds the sums.
  void assign(std::span<const float> values);

  [[nodiscard]] std::size_t memory_bytes() const {
    return leaves_.size() * sizeof(float) + sums_.size() * sizeof(double);
  }

 private:
  // Node i of `sums_` (1 is the root) has the children 2i and 2i + 1; nodes from leaves_.size() on
  // are leaves.
  [[nodiscard]] double sum_of_leaves(std::size_t node) const;

  std::int64_t size_;
  std::vector<float> leaves_;  // padded with zeros to a power of two
  std::vector<double> sums_;   // as many as leaves_; [0] is unused
};

}  // namespace tengen
