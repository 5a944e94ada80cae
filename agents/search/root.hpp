// The root of a search: exploration, the budget, and the result.
#pragma once

#include "agents/search/formulas.hpp"
#include "agents/search/node_arena.hpp"
#include "agents/search/options.hpp"
#include "core/rng.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// One move of the root as analysis shows it, from the view of the player to move.
struct MoveReport {
  int action = 0;
  int visits = 0;
  float value = 0;   ///< mean in [−1, 1], or the proven result
  float lcb = 0;     ///< lower bound of the value, two standard errors below
  float prior = 0;   ///< the evaluator's, without noise
  float margin = 0;  ///< mean points ahead
  bool proven = false;
};

/// Spends one search's budget over the moves of the root (node 0) of an arena.
class SearchRoot {
 public:
  SearchRoot(const SearchOptions& options, int actions);

  /// Begins a new search of `simulations` ≥ 0 (0: without an end) that draws from `rng`.
  void plan(int simulations, RootNoise noise, Rng rng);
  /// Draws the noise, once per plan and as soon as the root is open.
  void prepare(NodeArena& arena);
  /// Returns the edge to follow, or a move at or beyond child_count that is tried now.
  [[nodiscard]] int select(const NodeArena& arena, int started) const;

  [[nodiscard]] int simulations() const { return simulations_; }
  [[nodiscard]] bool prepared() const { return prepared_; }

  // Results, one number per action, 0 for illegal ones. The root must be open.
  void visits(const NodeArena& arena, std::span<float> out) const;
  void prior(const NodeArena& arena, std::span<float> out) const;
  /// Sums to 1. PUCT: shares of the visits, less those that were only forced; moves proven lost
  /// have none, nor, beside a proven win, has any other. Gumbel: the improved policy as published,
  /// where a proof counts by its exact value.
  void policy_target(const NodeArena& arena, std::span<float> out) const;
  /// Temperature 0: the proven win, else the most visited move (Gumbel: the one that sequential
  /// halving is left with); otherwise a sample of policy_target^(1 / temperature). Moves proven
  /// lost only if all are.
  [[nodiscard]] int choose(const NodeArena& arena, Rng& rng, float temperature) const;
  /// Reports the tried moves: the one that choose() plays at temperature 0, then by visits.
  void report(const NodeArena& arena, std::vector<MoveReport>& out) const;

 private:
  [[nodiscard]] int select_puct(const NodeArena& arena) const;
  [[nodiscard]] int select_halving(const NodeArena& arena, int started) const;
  [[nodiscard]] int best_move(const NodeArena& arena) const;
  void take_back_forced(const NodeArena& arena, float tries, std::span<float> out) const;
  [[nodiscard]] float at(const std::vector<float>& by_action, SearchMove move) const {
    return by_action[move.action];
  }

  SearchOptions options_;
  int simulations_ = 0;
  RootNoise noise_ = RootNoise::kOff;
  bool prepared_ = false;
  Rng rng_;
  // By action:
  std::vector<float> prior_;            // with temperature and noise
  std::vector<float> logit_;            // log of the evaluator's prior, plus Gumbel noise
  std::vector<std::uint32_t> visited_;  // visits before this plan, by a tree that was kept
  std::vector<std::uint32_t> schedule_;
  mutable std::vector<float> scratch_, weights_;  // by move, by action; of the results
};

}  // namespace tengen
