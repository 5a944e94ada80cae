// Upper confidence bounds for trees with random playouts, which need no knowledge of the game.
#pragma once

#include "agents/search/playout.hpp"
#include "core/check.hpp"
#include "core/rng.hpp"
#include "core/usize.hpp"
#include "envs/game.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

struct UctOptions {
  float exploration = 1;  ///< c of mean + c · √(ln N / n), means in [−1, 1]
  int expand_after = 1;   ///< playouts from a leaf before its children are made; ≥ 1
  /// RAVE (Gelly and Silver 2011): the mean is mixed with the mean of all playouts in which the
  /// same player made the move first at any later time, which has weight √(k / (3n + k)) after n
  /// visits of the node. This is k, some 1000; 0: plain UCT. `exploration` may then be near 0.
  float rave = 0;
};

/// What players named "rave" use; both numbers did best in a few short matches.
constexpr UctOptions kRave{.exploration = 0.2F, .rave = 1000};

/// UCB1 on the means of playout results (Kocsis and Szepesvári 2006). Children of a node lie side
/// by side, in one array a property, and mean and 1 / √n are kept up to date, so that selection is
/// a multiplication and an addition a child. A warm search does not allocate.
///
///     search.reset(position);
///     for (int i = 0; i < 1000; ++i) search.simulate(rng);
///     const int action = search.best();
template <Game G>
class UctSearch {
 public:
  explicit UctSearch(const UctOptions& options = {}) : options_(options) {
    TENGEN_CHECK(options.expand_after >= 1);
  }

  /// Forgets everything; the position must not be finished.
  void reset(const G& position);
  /// One playout from one leaf.
  void simulate(Rng& rng);
  /// Plays `action` at the root and starts anew from there, because too few visits lie below one of
  /// many moves to be worth keeping.
  void advance(int action) {
    position_.play(action);
    if (!position_.finished()) reset(G(position_));
  }

  [[nodiscard]] int simulations() const { return static_cast<int>(visits_[kRoot]); }
  /// The most visited move.
  [[nodiscard]] int best() const;
  /// The mean result for the player to move at the root.
  [[nodiscard]] float value() const { return -mean_[kRoot]; }
  /// Writes the visits of each action, 0 where it is illegal.
  void visits(std::span<float> out) const;
  [[nodiscard]] std::size_t nodes() const { return mean_.size(); }

 private:
  static constexpr std::uint32_t kRoot = 0;

  void add_nodes(std::size_t count);
  void expand(std::uint32_t node);
  std::uint32_t select(std::uint32_t node, Rng& rng);
  std::uint32_t select_rave(std::uint32_t node, Rng& rng);
  void learn_from_later_moves(float score);

  UctOptions options_;
  G position_, leaf_;
  std::vector<std::uint8_t> mask_;
  // By node. A node has the statistics of the move that leads to it, for the player who makes it.
  std::vector<float> mean_, inverse_root_;  // inverse_root_: 1 / √visits
  std::vector<std::uint32_t> visits_, children_;
  std::vector<std::uint16_t> count_, tried_, action_;  // tried children stand first
  // With RAVE only: means and numbers of playouts in which the move was made, here or later.
  std::vector<float> later_mean_;
  std::vector<std::uint32_t> later_visits_;
  std::vector<std::int8_t>
      first_;  // by action: 1 or −1 if player 0 or 1 made it first in this playout
  std::vector<std::uint32_t> path_;
  std::vector<std::uint8_t> movers_;  // who moved to path_[i]
};

template <Game G>
void UctSearch<G>::reset(const G& position) {
  TENGEN_CHECK(!position.finished(), "the game is over");
  position_ = position;
  mask_.resize(usize(position.spec().actions));
  first_.resize(mask_.size());
  for (auto* numbers : {&mean_, &inverse_root_, &later_mean_}) numbers->clear();
  for (auto* numbers : {&visits_, &children_, &later_visits_}) numbers->clear();
  for (auto* numbers : {&count_, &tried_, &action_}) numbers->clear();
  add_nodes(1);
  leaf_ = position_;
  expand(kRoot);
}

template <Game G>
void UctSearch<G>::add_nodes(std::size_t count) {
  const std::size_t size = mean_.size() + count;
  for (auto* numbers : {&mean_, &inverse_root_}) numbers->resize(size);
  for (auto* numbers : {&visits_, &children_}) numbers->resize(size);
  for (auto* numbers : {&count_, &tried_, &action_}) numbers->resize(size);
  if (options_.rave == 0) return;
  later_mean_.resize(size);
  later_visits_.resize(size);
}

template <Game G>
void UctSearch<G>::expand(std::uint32_t node) {
  leaf_.legal(mask_);
  const std::size_t first = mean_.size();
  add_nodes(usize(std::ranges::count(mask_, std::uint8_t{1})));
  std::size_t child = first;
  for (std::size_t action = 0; action < mask_.size(); ++action) {
    if (mask_[action] != 0) action_[child++] = static_cast<std::uint16_t>(action);
  }
  children_[node] = static_cast<std::uint32_t>(first);
  count_[node] = static_cast<std::uint16_t>(child - first);
}

template <Game G>
std::uint32_t UctSearch<G>::select(std::uint32_t node, Rng& rng) {
  const std::uint32_t first = children_[node];
  if (tried_[node] < count_[node]) {
    const std::uint32_t next = first + tried_[node];
    const auto left = static_cast<std::uint32_t>(count_[node] - tried_[node]++);
    std::swap(action_[next], action_[next + rng.below(left)]);
    return next;
  }
  const float width = options_.exploration * std::sqrt(std::log(static_cast<float>(visits_[node])));
  std::uint32_t best = first;
  float best_score = -INFINITY;
  for (std::uint32_t child = first; child < first + count_[node]; ++child) {
    const float score = mean_[child] + width * inverse_root_[child];
    best = score > best_score ? child : best;
    best_score = std::max(score, best_score);
  }
  return best;
}

// A move that was not made yet counts as won, so that every move is seen in some playouts before
// means decide.
template <Game G>
std::uint32_t UctSearch<G>::select_rave(std::uint32_t node, Rng& rng) {
  const std::uint32_t first = children_[node], count = count_[node];
  const auto n = static_cast<float>(visits_[node]);
  const float weight = std::sqrt(options_.rave / (3 * n + options_.rave));
  const float width = options_.exploration * std::sqrt(std::log(n + 1));
  std::uint32_t best = first;
  float best_score = -INFINITY;
  for (std::uint32_t i = 0, start = rng.below(count); i < count; ++i) {
    const std::uint32_t child = first + (start + i) % count;
    const float later = later_visits_[child] > 0 ? later_mean_[child] : 1;
    const float mean = visits_[child] > 0 ? mean_[child] : later;
    const float score =
        mean + weight * (later - mean) + width / std::sqrt(static_cast<float>(visits_[child] + 1));
    best = score > best_score ? child : best;
    best_score = std::max(score, best_score);
  }
  return best;
}

// first_ is the playout's. From the leaf up: a node's moves, made at any time from there on.
template <Game G>
void UctSearch<G>::learn_from_later_moves(float score) {
  for (std::size_t i = path_.size() - 1; i-- > 0;) {
    const std::uint32_t node = path_[i];
    const int mover = movers_[i + 1];
    const auto own = static_cast<std::int8_t>(mover == 0 ? 1 : -1);
    const float result = mover == 0 ? score : -score;
    first_[action_[path_[i + 1]]] = own;
    const std::uint32_t first = children_[node];
    for (std::uint32_t child = first; child < first + count_[node]; ++child) {
      if (first_[action_[child]] != own) continue;
      later_mean_[child] +=
          (result - later_mean_[child]) / static_cast<float>(++later_visits_[child]);
    }
  }
}

template <Game G>
void UctSearch<G>::simulate(Rng& rng) {
  leaf_ = position_;
  path_.assign(1, kRoot);
  movers_.assign(1, static_cast<std::uint8_t>(1 - position_.to_move()));
  std::uint32_t node = kRoot;
  bool over = false;
  while (!over) {
    if (count_[node] == 0) {
      if (visits_[node] < static_cast<std::uint32_t>(options_.expand_after)) break;
      expand(node);
    }
    node = options_.rave > 0 ? select_rave(node, rng) : select(node, rng);
    path_.push_back(node);
    movers_.push_back(static_cast<std::uint8_t>(leaf_.to_move()));
    leaf_.play(action_[node]);
    over = leaf_.finished();
  }
  float score = 0;
  if (options_.rave > 0) {
    std::ranges::fill(first_, std::int8_t{0});
    score = over ? leaf_.score() : random_playout(leaf_, rng, mask_, first_);
    learn_from_later_moves(score);
  } else {
    score = over ? leaf_.score() : random_playout(leaf_, rng, mask_);
  }
  for (std::size_t i = 0; i < path_.size(); ++i) {
    const std::uint32_t at = path_[i];
    const auto n = static_cast<float>(++visits_[at]);
    mean_[at] += ((movers_[i] == 0 ? score : -score) - mean_[at]) / n;
    inverse_root_[at] = 1 / std::sqrt(n);
  }
}

template <Game G>
int UctSearch<G>::best() const {
  const auto first = visits_.begin() + children_[kRoot];
  const auto best = std::max_element(first, first + count_[kRoot]);
  return action_[usize(best - visits_.begin())];
}

template <Game G>
void UctSearch<G>::visits(std::span<float> out) const {
  std::ranges::fill(out, 0.0F);
  for (std::uint32_t child = children_[kRoot]; child < children_[kRoot] + count_[kRoot]; ++child) {
    out[action_[child]] = static_cast<float>(visits_[child]);
  }
}

}  // namespace tengen
