#include "replay/priorities.hpp"

#include "core/check.hpp"
#include "replay/segment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace tengen {
namespace {

// ε keeps every item reachable (Schaul et al. 2016, section 3.3).
constexpr double kEpsilon = 1e-6;

}  // namespace

float Priorities::priority(float error) const {
  if (!std::isfinite(error))
    throw Error("replay: a TD error is {}: learning has diverged; a lower learning_rate may help",
                error);
  return static_cast<float>(std::pow(std::abs(static_cast<double>(error)) + kEpsilon, alpha_));
}

void Priorities::set(std::int64_t leaf, float priority) {
  largest_ = std::max(largest_, priority);
  tree_.set(leaf, priority);
}

void Priorities::draw(float beta, Rng& rng, std::span<std::int64_t> leaf,
                      std::span<float> weight) const {
  const double part = tree_.total() / static_cast<double>(leaf.size());
  std::array<double, 64> targets{};
  for (std::size_t first = 0; first < leaf.size(); first += targets.size()) {
    const std::size_t n = std::min(targets.size(), leaf.size() - first);
    for (std::size_t i = 0; i < n; ++i)
      targets[i] = part * (static_cast<double>(first + i) + rng.uniform_double());
    tree_.find(std::span(targets).first(n), leaf.subspan(first, n));
  }
  float least = std::numeric_limits<float>::infinity();
  for (const std::int64_t i : leaf) least = std::min(least, tree_[i]);
  for (std::size_t i = 0; i < leaf.size(); ++i)
    weight[i] = static_cast<float>(std::pow(static_cast<double>(least / tree_[leaf[i]]), beta));
}

void Priorities::save(ArchiveWriter& writer, const std::string& name) const {
  writer.put(name + "/max_priority", largest_);
  writer.put_bytes(name + "/priorities", compressed(std::as_bytes(tree_.leaves())));
}

void Priorities::load(const ArchiveReader& reader, const std::string& name, std::int64_t first,
                      std::int64_t last) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  largest_ = reader.get<float>(name + "/max_priority", 0, kLargest);
  std::vector<float> leaves(static_cast<std::size_t>(tree_.size()));
  decompress(reader.bytes(name + "/priorities"), std::as_writable_bytes(std::span(leaves)),
             reader.origin());
  const auto good = [](float priority) { return priority > 0 && priority <= kLargest; };
  const auto there = static_cast<std::int64_t>(std::ranges::count_if(leaves, good));
  const auto absent = static_cast<std::int64_t>(std::ranges::count(leaves, 0.0F));
  bool fits = there == last - first && there + absent == tree_.size();
  for (std::int64_t i = first; i < last && fits; ++i)
    fits = good(leaves[static_cast<std::size_t>(i % tree_.size())]);
  reader.check(name + "/priorities", fits);
  tree_.assign(leaves);
}

}  // namespace tengen
