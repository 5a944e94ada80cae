// Prioritised sampling (Schaul et al. 2016, proportional), for whatever is numbered from 0.
#pragma once

#include "core/archive.hpp"
#include "core/rng.hpp"
#include "replay/sum_tree.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace tengen {

/// Priorities p^α of things that errors are known of, in a SumTree.
class Priorities {
 public:
  /// All absent. leaves ≥ 1, alpha in [0, 1].
  Priorities(std::int64_t leaves, float alpha) : tree_(leaves), alpha_(alpha) {}

  /// Nothing is known of it yet: the largest priority so far, so that it is soon seen.
  void add(std::int64_t leaf) { tree_.set(leaf, largest_); }
  void remove(std::int64_t leaf) { tree_.set(leaf, 0); }
  /// What an absolute error comes to. Throws Error if it is not finite.
  [[nodiscard]] float priority(float error) const;
  void set(std::int64_t leaf, float priority);

  /// One draw from each of leaf.size() equal parts of the total priority (appendix B.2.1), which
  /// must be > 0. weight: (N·P(i))^−β over the largest of this batch, so at most 1.
  void draw(float beta, Rng& rng, std::span<std::int64_t> leaf, std::span<float> weight) const;

  void save(ArchiveWriter& writer, const std::string& name) const;
  /// Those numbered [first, last) are there; a leaf is a number modulo the tree's size. Throws
  /// Error if what was saved is not about them.
  void load(const ArchiveReader& reader, const std::string& name, std::int64_t first,
            std::int64_t last);
  [[nodiscard]] std::size_t memory_bytes() const { return tree_.memory_bytes(); }

 private:
  SumTree tree_;
  float alpha_;
  float largest_ = 1;
};

}  // namespace tengen
