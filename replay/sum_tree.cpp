#include "replay/sum_tree.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace tengen {

SumTree::SumTree(std::int64_t leaves) : size_(leaves) {
  TENGEN_CHECK(leaves >= 1);
  // There are at least two leaves, so that the root is an inner node.
  const std::size_t padded =
      std::bit_ceil(std::max<std::size_t>(2, static_cast<std::size_t>(leaves)));
  leaves_.resize(padded);
  sums_.resize(padded);
}

double SumTree::sum_of_leaves(std::size_t node) const {
  const std::size_t left = 2 * node - leaves_.size();
  return static_cast<double>(leaves_[left]) + static_cast<double>(leaves_[left + 1]);
}

void SumTree::set(std::int64_t leaf, float value) {
  TENGEN_CHECK(leaf >= 0 && leaf < size_ && value >= 0);
  const auto i = static_cast<std::size_t>(leaf);
  leaves_[i] = value;
  std::size_t node = (i + leaves_.size()) / 2;
  sums_[node] = sum_of_leaves(node);
  for (node /= 2; node >= 1; node /= 2) sums_[node] = sums_[2 * node] + sums_[2 * node + 1];
}

void SumTree::find(std::span<const double> targets, std::span<std::int64_t> found) const {
  TENGEN_CHECK(targets.size() == found.size() && total() > 0);
  // A descent is a chain of cache misses; several at once hide each other's.
  constexpr std::size_t kAtOnce = 16;
  std::array<double, kAtOnce> rest{};
  std::array<std::size_t, kAtOnce> node{};
  for (std::size_t first = 0; first < targets.size(); first += kAtOnce) {
    const std::size_t n = std::min(kAtOnce, targets.size() - first);
    std::copy_n(targets.begin() + static_cast<std::ptrdiff_t>(first), n, rest.begin());
    node.fill(1);
    const auto descend = [&](std::size_t i, double left, double right) {
      // Rounding may leave a target at the very end of a subtree; it must not go to a right half
      // that is empty.
      const bool go_right = rest[i] >= left && right > 0;
      rest[i] -= go_right ? left : 0;
      node[i] = 2 * node[i] + (go_right ? 1 : 0);
    };
    for (std::size_t width = 2; width < leaves_.size(); width *= 2)
      for (std::size_t i = 0; i < n; ++i) descend(i, sums_[2 * node[i]], sums_[2 * node[i] + 1]);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t left = 2 * node[i] - leaves_.size();
      descend(i, leaves_[left], leaves_[left + 1]);
      found[first + i] = static_cast<std::int64_t>(node[i] - leaves_.size());
    }
  }
}

void SumTree::assign(std::span<const float> values) {
  TENGEN_CHECK(values.size() == static_cast<std::size_t>(size_));
  std::copy(values.begin(), values.end(), leaves_.begin());
  for (std::size_t node = leaves_.size() - 1; node >= leaves_.size() / 2; --node)
    sums_[node] = sum_of_leaves(node);
  for (std::size_t node = leaves_.size() / 2 - 1; node >= 1; --node)
    sums_[node] = sums_[2 * node] + sums_[2 * node + 1];
}

}  // namespace tengen
