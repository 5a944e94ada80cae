// The settings of a tree search.
#pragma once

#include "core/config.hpp"

#include <cstdint>

namespace tengen {

enum class SearchRule : std::uint8_t {
  kPuct,    ///< Silver et al. 2017, with what KataGo found to help (Wu 2019)
  kGumbel,  ///< Danihelka et al. 2022: improves the policy even with few simulations
};

/// Whether the root explores (self-play) or plays its best (matches, analysis).
enum class RootNoise : std::uint8_t { kOff, kOn };

struct SearchOptions {
  SearchRule rule = SearchRule::kGumbel;
  int simulations = 16;  ///< leaves a search visits below the root; ≥ 1

  // PUCT: the child of greatest Q + c_puct · P · √(visits of all) / (1 + visits).
  float c_puct = 1.1F;
  float fpu_reduction = 0.2F;  ///< an unvisited child's Q is the parent's less this · √(P seen)
  float root_fpu_reduction = 0;    ///< the same at the root
  float dirichlet_total = 10.83F;  ///< sum of the concentrations, spread evenly over legal moves
  float noise_fraction = 0.25F;    ///< weight of that noise in the root's prior
  float root_temperature = 1;      ///< the root's prior is raised to 1 / this, with noise only
  float forced_playouts = 2;       ///< k of √(k · P · visits) visits at least, with noise only

  // Gumbel: logit + gumbel + (c_visit + most visits) · c_scale · Q, Q in [−1, 1].
  int considered_actions = 16;  ///< m, halved until one is left
  float c_visit = 50;
  float c_scale = 1;

  float playout_weight = 0;  ///< λ: a leaf is worth (1 − λ) · value + λ · result of one playout
  bool solve = true;         ///< proven wins and losses are exact (Winands et al. 2008)
  bool random_symmetry = false;  ///< each leaf is shown to the evaluator turned by chance
  bool ownership = false;        ///< average the leaves' ownership at the root
};

/// Reads every field by its name; `rule` is "puct" or "gumbel". Fields that are not set keep the
/// value of `defaults`. Throws UsageError for values out of range.
SearchOptions read_search_options(const Config& config, SearchOptions defaults = {});

}  // namespace tengen
