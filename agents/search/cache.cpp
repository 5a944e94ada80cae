#include "agents/search/cache.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

constexpr float kLogitSteps = 512, kOwnerSteps = 127;

std::uint64_t key_of(std::uint64_t hash) { return hash == 0 ? 1 : hash; }

}  // namespace

EvaluationCache::EvaluationCache(const GameSpec& spec, std::size_t bytes)
    : symmetries_(spec),
      actions_(usize(spec.actions)),
      points_(spec.ownership ? usize(spec.points()) : 0),
      pairs_(std::max<std::size_t>(1, bytes / (2 * bytes_per_entry()))),
      keys_(2 * pairs_),
      outcomes_(2 * pairs_),
      below_(2 * pairs_ * actions_),
      owners_(2 * pairs_ * points_) {}

std::size_t EvaluationCache::bytes_per_entry() const {
  return sizeof(std::uint64_t) + sizeof(Outcome) + actions_ * sizeof(std::uint16_t) + points_;
}

void EvaluationCache::swap_places(std::size_t first) {
  const auto a = static_cast<std::ptrdiff_t>(actions_), p = static_cast<std::ptrdiff_t>(points_);
  const auto at = static_cast<std::ptrdiff_t>(first);
  std::swap(keys_[first], keys_[first + 1]);
  std::swap(outcomes_[first], outcomes_[first + 1]);
  std::swap_ranges(below_.begin() + at * a, below_.begin() + (at + 1) * a,
                   below_.begin() + (at + 1) * a);
  std::swap_ranges(owners_.begin() + at * p, owners_.begin() + (at + 1) * p,
                   owners_.begin() + (at + 1) * p);
}

bool EvaluationCache::find(std::uint64_t hash, EvaluationBatch& batch, int row) {
  const std::uint64_t key = key_of(hash);
  const std::size_t first = first_place(key);
  const std::lock_guard lock(locks_[first / 2 % kStripes]);
  if (keys_[first] != key) {
    if (keys_[first + 1] != key) {
      ++misses_;
      return false;
    }
    swap_places(first);
  }
  ++hits_;
  batch.value(row) = outcomes_[first].value;
  batch.margin(row) = outcomes_[first].margin;
  const auto logits = batch.logits(row);
  for (std::size_t i = 0; i < actions_; ++i) {
    logits[i] = -static_cast<float>(below_[first * actions_ + i]) / kLogitSteps;
  }
  const auto owners = batch.ownership(row);
  for (std::size_t i = 0; i < points_; ++i) {
    owners[i] = static_cast<float>(owners_[first * points_ + i]) / kOwnerSteps;
  }
  return true;
}

void EvaluationCache::put(std::uint64_t hash, EvaluationBatch& batch, int row, int symmetry) {
  const std::uint64_t key = key_of(hash);
  const std::size_t first = first_place(key);
  const auto logits = batch.logits(row);
  const auto owners = batch.ownership(row);
  const auto to = symmetries_.actions(symmetry), to_point = symmetries_.points(symmetry);
  const float most = *std::ranges::max_element(logits);
  if (!std::isfinite(most)) return;  // the search will complain
  const std::lock_guard lock(locks_[first / 2 % kStripes]);
  if (keys_[first] != 0 && keys_[first] != key) swap_places(first);  // the older one is replaced
  keys_[first] = key;
  outcomes_[first] = {batch.value(row), batch.margin(row)};
  for (std::size_t i = 0; i < actions_; ++i) {
    const float below = std::min((most - logits[to[i]]) * kLogitSteps, 65535.0F);
    below_[first * actions_ + i] = static_cast<std::uint16_t>(std::lround(below));
  }
  for (std::size_t i = 0; i < points_; ++i) {
    const float owner = std::clamp(owners[to_point[i]], -1.0F, 1.0F);
    owners_[first * points_ + i] = static_cast<std::int8_t>(std::lround(owner * kOwnerSteps));
  }
}

void EvaluationCache::clear() {
  std::ranges::fill(keys_, 0U);
  hits_ = misses_ = 0;
}

}  // namespace tengen
