// Prioritised sampling (Schaul et al. 2016, proportional) of items that are numbered from 0.
#pragma once

#include "core/archive.hpp"
#include "core/rng.hpp"
#include "replay/sum_tree.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace tengen {

/// Priorities p^α of items, in a SumTree; p is the item's last absolute error.
class Priorities {
 public:
  /// All items are absent. leaves ≥ 1, alpha in [0, 1].
  Priorities(std::int64_t leaves, float alpha) : tree_(leaves), alpha_(alpha) {}

  /// Adds an item whose error is not known yet, with the largest priority so far, so that it is
  /// sampled soon.
  void add(std::int64_t leaf) { tree_.set(leaf, largest_); }
  void remove(std::int64_t leaf) { tree_.set(leaf, 0); }
  /// The priority (|error| + ε)^α. Throws Error if the error is not finite.
  [[nodiscard]] float priority(float error) const;
  void set(std::int64_t leaf, float priority);

  /// Draws one item from each of leaf.size() equal parts of the total priority (appendix B.2.1),
  /// which must be > 0. The weights are (N·P(i))^−β divided by the largest of this batch, so at
  /// most 1; `weight` is as long as `leaf`.
  void draw(float beta, Rng& rng, std::span<std::int64_t> leaf, std::span<float> weight) const;

  void save(ArchiveWriter& writer, const std::string& name) const;
  /// The items numbered [first, last) are present; an item's leaf is its number modulo the size of
  /// the tree. Throws Error if other leaves were saved.
  void load(const ArchiveReader& reader, const std::string& name, std::int64_t first,
            std::int64_t last);
  [[nodiscard]] std::size_t memory_bytes() const { return tree_.memory_bytes(); }

 private:
  SumTree tree_;
  float alpha_;
  float largest_ = 1;
};

}  // namespace tengen
