// A tree search over one game, one leaf at a time, so that callers batch evaluations as they like.
#pragma once

#include "agents/search/playout.hpp"
#include "agents/search/search_core.hpp"
#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tengen {

/// One tree of one game. Not thread-safe. The usual caller keeps many trees and takes one leaf from
/// each per batch:
///
///     tree.reset(position);
///     tree.begin(16, RootNoise::kOn, rng.split(move));
///     while (!tree.finished()) {
///       if (tree.descend(batch, 0, pending) != Descent::kLeaf) continue;
///       evaluator.evaluate(batch, 1);
///       tree.absorb(batch, 0, pending);
///     }
///     const int action = tree.choose(rng);
///     tree.advance(action);
///
/// The first leaf is the root itself, which no simulation is counted for. Positions are not stored:
/// a descent replays the moves from the root. A warm tree does not allocate (if copying the game
/// does not).
template <Game G>
class SearchTree : public SearchCore {
 public:
  explicit SearchTree(const G& position, const SearchOptions& options = {})
      : SearchCore(position.spec(), options),
        position_(position),
        leaf_(position),
        mask_(usize(spec_.actions)),
        actions_(mask_.size()),
        planes_(spec_.plane_bytes()),
        owners_here_(usize(spec_.points())) {}

  [[nodiscard]] const G& position() const { return position_; }
  /// The leaf that descend() reached last.
  [[nodiscard]] const G& leaf() const { return leaf_; }

  /// A new tree from a position of the same spec.
  void reset(const G& position) {
    TENGEN_CHECK(pending_ == 0, "{} leaves are pending", pending_);
    position_ = position;
    clear();
  }
  /// Plays at the root. Keeps what is known of the new one; returns whether that was anything.
  /// begin() the next search afterwards, or go on without noise and end.
  bool advance(int action) {
    const bool kept = keep_child(action);
    position_.play(action);
    return kept;
  }

  [[nodiscard]] int to_move() const override { return position_.to_move(); }
  [[nodiscard]] bool game_over() const override { return position_.finished(); }
  [[nodiscard]] float score() const override { return position_.score(); }
  void legal(std::span<std::uint8_t> mask) const override { position_.legal(mask); }
  void observe(std::span<std::uint8_t> planes, std::span<float> globals) const override {
    position_.observe(planes, globals);
  }
  [[nodiscard]] float final_margin() const override {
    if constexpr (HasTerritory<G>) return position_.margin();
    return 0;
  }
  void final_owners(std::span<std::int8_t> owners) const override {
    if constexpr (HasTerritory<G>) position_.ownership(owners);
  }
  void play(int action) override {
    TENGEN_CHECK(pending_ == 0, "{} leaves are pending", pending_);
    position_.play(action);
    clear();
  }
  void reset_to(const SearchCore& other) override {
    reset(static_cast<const SearchTree&>(other).position_);
  }

  Descent descend(EvaluationBatch& batch, int row, Pending& pending) final;

 private:
  // A child is born when its position is first reached.
  std::uint32_t add_node(std::uint32_t parent, int slot);
  void finish(std::uint32_t node);
  void observe_leaf(EvaluationBatch& batch, int row, int symmetry);

  G position_, leaf_;
  std::vector<std::uint8_t> mask_;
  std::vector<std::uint16_t> actions_;  // of add_node()
  std::vector<std::uint8_t> planes_;
  std::vector<std::int8_t> owners_here_;
};

template <Game G>
Descent SearchTree<G>::descend(EvaluationBatch& batch, int row, Pending& pending) {
  leaf_ = position_;
  if (arena_.size() == 0) {
    TENGEN_CHECK(!position_.finished(), "the game is over");
    add_node(kRoot, 0);
  }
  std::uint32_t node = kRoot;
  while (arena_.node(node).state == NodeState::kOpen) {
    const int k = follow(node);
    const auto slot = usize(k);
    leaf_.play(arena_.moves(arena_.node(node))[slot].action);
    std::uint32_t child = arena_.edges(arena_.node(node))[slot].child;
    if (child == SearchEdge::kNoChild) {
      child = add_node(node, k);
      arena_.edges(arena_.node(node))[slot].child = child;
    }
    node = child;
  }
  if (arena_.node(node).state == NodeState::kWaiting) {
    retreat(node);
    return Descent::kBusy;
  }
  if (node != kRoot) ++started_;
  if (arena_.node(node).state == NodeState::kExact) {
    finish(node);
    return Descent::kDone;
  }
  arena_.node(node).state = NodeState::kWaiting;
  ++pending_;
  pending.node = node;
  pending.symmetry =
      options_.random_symmetry && symmetries_.count() > 1
          ? static_cast<int>(rng_.below(static_cast<std::uint32_t>(symmetries_.count())))
          : 0;
  if (options_.playout_weight > 0) {
    const float score = random_playout(leaf_, rng_, mask_);
    pending.playout = leaf_.to_move() == 0 ? score : -score;
  }
  observe_leaf(batch, row, pending.symmetry);
  return Descent::kLeaf;
}

template <Game G>
std::uint32_t SearchTree<G>::add_node(std::uint32_t parent, int slot) {
  std::size_t legal = 0;
  const bool over = leaf_.finished();
  if (!over) {
    leaf_.legal(mask_);
    for (std::size_t action = 0; action < mask_.size(); ++action) {
      actions_[legal] = static_cast<std::uint16_t>(action);
      legal += mask_[action];
    }
  }
  const std::uint32_t index =
      arena_.add(parent, slot, over ? 0 : leaf_.to_move(), std::span(actions_).first(legal));
  if (over) {
    SearchNode& node = arena_.node(index);
    node.state = NodeState::kExact;
    node.value = leaf_.score();
    if constexpr (HasTerritory<G>) node.margin = leaf_.margin();
  }
  return index;
}

template <Game G>
void SearchTree<G>::finish(std::uint32_t node) {
  if constexpr (HasTerritory<G>) {
    if (options_.ownership && arena_.node(node).move_count == 0) {
      leaf_.ownership(owners_here_);
      for (std::size_t i = 0; i < owners_.size(); ++i) owners_[i] += owners_here_[i];
      ++owner_count_;
    }
  }
  back_up(node);
  prove(node);
}

template <Game G>
void SearchTree<G>::observe_leaf(EvaluationBatch& batch, int row, int symmetry) {
  if (symmetry == 0) {
    leaf_.observe(batch.planes(row), batch.globals(row));
    return;
  }
  leaf_.observe(planes_, batch.globals(row));
  symmetries_.transform(symmetry, planes_, batch.planes(row));
}

}  // namespace tengen
