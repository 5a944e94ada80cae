// The part of a tree search that is the same for all games: expansion, backup, proofs, results.
#pragma once

#include "agents/search/evaluator.hpp"
#include "agents/search/node_arena.hpp"
#include "agents/search/options.hpp"
#include "agents/search/root.hpp"
#include "agents/search/symmetry.hpp"
#include "core/rng.hpp"
#include "envs/game.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// A leaf on its way to be evaluated: a small plain value, of which a caller keeps one per row.
struct Pending {
  std::uint32_t node = 0;
  int symmetry = 0;        ///< by which the row's planes are turned, and therefore its logits
  std::uint64_t hash = 0;  ///< Game::hash() of the leaf, for callers with a cache to fill in
  float playout = 0;       ///< its result for the leaf's mover, if options.playout_weight > 0
};

/// What became of a simulation.
enum class Descent : std::uint8_t {
  kLeaf,  ///< a leaf waits to be evaluated: absorb() or cancel() it
  kDone,  ///< the leaf's game was over or its result proven; it is backed up
  kBusy,  ///< the leaf waits for another simulation: absorb that first. Nothing has changed
};

/// The part of SearchTree that knows no game, and the interface to a SearchTree for callers who
/// know none. All values are in [−1, 1].
class SearchCore {
 public:
  virtual ~SearchCore() = default;

  [[nodiscard]] const GameSpec& spec() const { return spec_; }
  [[nodiscard]] const SearchOptions& options() const { return options_; }

  // The position at the root, as Game has it.
  [[nodiscard]] virtual int to_move() const = 0;
  [[nodiscard]] virtual bool game_over() const = 0;
  [[nodiscard]] virtual float score() const = 0;
  virtual void legal(std::span<std::uint8_t> mask) const = 0;
  virtual void observe(std::span<std::uint8_t> planes, std::span<float> globals) const = 0;
  /// Of a finished game with territory (HasTerritory); 0, and nothing written, for other games.
  [[nodiscard]] virtual float final_margin() const = 0;
  virtual void final_owners(std::span<std::int8_t> owners) const = 0;
  /// Plays at the root and forgets the tree. Nothing may be pending.
  virtual void play(int action) = 0;
  /// Forgets the tree and goes to the position of another tree of the same type of game. Nothing
  /// may be pending.
  virtual void reset_to(const SearchCore& other) = 0;

  /// One simulation. Walks from the root to a leaf, leaving a virtual loss; if the leaf is to be
  /// evaluated, writes its observation into `row`. The root must not be finished.
  virtual Descent descend(EvaluationBatch& batch, int row, Pending& pending) = 0;
  /// Starts a new search from the root: `simulations` leaves below it (0: no end in sight, see
  /// finished()). Noise and symmetries are drawn from `rng` alone, so the same evaluations give
  /// the same search. Nothing may be pending. Without begin() a tree searches without noise and
  /// without an end.
  void begin(int simulations, RootNoise noise, Rng rng);
  /// Takes a leaf's evaluation in: the row's logits, value and margin (and ownership). Rows may be
  /// absorbed in any order. Throws Error if a logit or value is not finite.
  void absorb(EvaluationBatch& batch, int row, const Pending& pending);
  /// Takes a simulation back as if it had never been.
  void cancel(const Pending& pending);

  /// Every simulation of begin() was started, or the root's result is proven; and nothing is
  /// pending.
  [[nodiscard]] bool finished() const {
    return pending_ == 0 && evaluated() &&
           ((root_.simulations() > 0 && started_ >= root_.simulations()) || solved());
  }
  /// Simulations that begin() has left to start; the root's own evaluation is not one.
  [[nodiscard]] int remaining() const { return std::max(0, root_.simulations() - started_); }
  [[nodiscard]] int pending() const { return pending_; }
  /// The root was evaluated, so that there are results.
  [[nodiscard]] bool evaluated() const;
  /// The root's result with best play is known.
  [[nodiscard]] bool solved() const { return root_proven_ != SearchEdge::kUnproven; }

  // Results, one number per action, 0 where it is illegal. evaluated() must hold.
  void visits(std::span<float> out) const { root_.visits(arena_, out); }
  /// The evaluator's own policy.
  void prior(std::span<float> out) const { root_.prior(arena_, out); }
  /// What a policy should learn (see SearchRoot::policy_target).
  void policy_target(std::span<float> out) const { root_.policy_target(arena_, out); }
  /// See SearchRoot::choose.
  [[nodiscard]] int choose(Rng& rng, float temperature = 0) const {
    return root_.choose(arena_, rng, temperature);
  }
  /// The mean of all evaluations, or the proven result, for the player to move at the root.
  [[nodiscard]] float root_value() const;
  /// The mean margin in points, for the player to move at the root.
  [[nodiscard]] float root_margin() const;
  /// The visits of all the root's moves, those of a kept tree included.
  [[nodiscard]] int root_visits() const;
  /// Reports the tried moves of the root, best first.
  void report(std::vector<MoveReport>& out) const { root_.report(arena_, out); }
  /// Writes `action` and the most visited replies.
  void principal_variation(int action, std::vector<int>& out) const;
  /// Mean owner of each point in [−1, 1] for the player to move at the root, over the leaves since
  /// begin(); zeros unless options.ownership.
  void ownership(std::span<float> out) const;

  [[nodiscard]] std::size_t nodes() const { return arena_.size(); }
  [[nodiscard]] std::size_t bytes() const { return arena_.bytes(); }
  [[nodiscard]] double bytes_per_expansion() const {
    return static_cast<double>(bytes()) / static_cast<double>(arena_.size());
  }

 protected:
  static constexpr std::uint32_t kRoot = 0;

  SearchCore(const GameSpec& spec, const SearchOptions& options);
  SearchCore(const SearchCore&) = default;
  SearchCore(SearchCore&&) = default;
  SearchCore& operator=(const SearchCore&) = default;
  SearchCore& operator=(SearchCore&&) = default;

  // The move to follow below an open node; its edge exists and carries the virtual loss.
  int follow(std::uint32_t node);
  // Takes virtual losses off the way to `node`.
  void retreat(std::uint32_t node);
  // Adds the node's value to every edge on the way to it.
  void back_up(std::uint32_t node);
  // The node's value is exact: so may its ancestors' be.
  void prove(std::uint32_t node);
  void open(std::uint32_t node, std::span<const float> logits, std::span<const std::uint16_t> to);
  void add_ownership(std::span<const float> owners, std::span<const std::uint16_t> to, int mover);
  // Forgets the tree.
  void clear();
  // Starts over with the child for `action` if there is one that was evaluated.
  bool keep_child(int action);

  GameSpec spec_;
  SearchOptions options_;
  NodeArena arena_;
  SearchRoot root_;
  SymmetryTables symmetries_;
  Rng rng_;
  int started_ = 0;  // simulations since begin()
  int pending_ = 0;
  std::int8_t root_proven_ = SearchEdge::kUnproven;
  std::vector<double> owners_;  // sums, player 0's view
  double owner_count_ = 0;
  std::vector<float> weights_;  // of open()
};

}  // namespace tengen
