// The arithmetic of tree search, on plain numbers.
#pragma once

#include "agents/search/node_arena.hpp"
#include "agents/search/options.hpp"
#include "core/rng.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// A sample of the symmetric Dirichlet distribution with concentration `alpha` > 0 each.
void sample_dirichlet(float alpha, Rng& rng, std::span<float> out);
/// A sample of the standard Gumbel distribution.
float sample_gumbel(Rng& rng);

/// Sequential halving (Karnin et al. 2013; Danihelka et al. 2022, section 3) as a schedule: entry i
/// is how many visits the move that simulation i visits has had before. `considered` moves start
/// with one simulation or more each, then half of them …, down to two, as the budget allows.
void halving_schedule(int considered, int simulations, std::vector<std::uint32_t>& out);

/// Sums and means over the tried moves of a node.
struct NodeSummary {
  float tries = 0;        ///< of all moves, pending ones included
  float most_tries = 0;   ///< the largest number of tries of one move
  float prior = 0;        ///< the sum of the tried moves' probabilities
  float value = 0;        ///< mean of the node's own evaluation and its moves', mover's view
  float mixed_value = 0;  ///< Danihelka et al., appendix D: stands in for moves not tried
};
/// With virtual losses, as selection wants it.
NodeSummary summary(const NodeArena& arena, const SearchNode& node);
/// Without virtual losses, as results want it.
NodeSummary settled_summary(const NodeArena& arena, const SearchNode& node);

/// σ(q) = (c_visit + most visits) · c_scale · q.
inline float sigma(const SearchOptions& options, float most_tries, float q) {
  return (options.c_visit + most_tries) * options.c_scale * q;
}

/// Which move of an open node below the root to follow: an edge in [0, child_count), or child_count
/// for the likeliest move that was not tried yet. Moves proven lost are left alone.
int select_puct(const NodeArena& arena, const SearchNode& node, const SearchOptions& options);
/// The deterministic selection of Danihelka et al. (section 5): visits follow the improved policy.
int select_gumbel(const NodeArena& arena, const SearchNode& node, const SearchOptions& options);
inline int select_move(const NodeArena& arena, const SearchNode& node,
                       const SearchOptions& options) {
  return options.rule == SearchRule::kPuct ? select_puct(arena, node, options)
                                           : select_gumbel(arena, node, options);
}

/// softmax(log prior + σ(completed Q)) over the node's moves, in their order (section 4).
void improved_policy(const NodeArena& arena, const SearchNode& node, const SearchOptions& options,
                     std::span<float> out);

/// Visits that a child of prior P is given at least at the root: √(k · P · all visits).
float forced_visits(const SearchOptions& options, float prior, float all_visits);

}  // namespace tengen
