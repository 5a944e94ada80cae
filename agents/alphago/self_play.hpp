// What games of a network against itself are made by and leave: settings, counts, shapes of rows.
#pragma once

#include "agents/search/options.hpp"
#include "core/config.hpp"
#include "envs/game.hpp"
#include "replay/game_store.hpp"

#include <cstdint>
#include <vector>

namespace tengen {

struct SelfPlayOptions {
  SearchOptions search;  ///< of the moves that become training rows
  /// Playout-cap randomisation (Wu 2019, section 3.1): the part of the moves that is searched in
  /// full. The others are searched cheaply and without noise, and leave no row.
  double full_probability = 1;
  int cheap_simulations = 16;
  int workers = 1;           ///< threads that play; their games are numbered together
  int slots = 32;            ///< games that each worker plays at once
  double opening_moves = 3;  ///< on average, exponentially distributed: drawn from the bare policy
  double opening_temperature = 1;  ///< of that policy: π^(1/temperature); 100 is uniform
  /// The temperature at which searched move n is drawn: final + (first − final) · 2^(−n /
  /// half-life). 0 plays the search's own choice, which Gumbel's noise varies already.
  double temperature = 0, final_temperature = 0;
  double temperature_half_life = 9;
  std::uint64_t seed = 0;
};

/// Reads n_slots, full_probability, cheap_simulations, opening_moves, opening_temperature,
/// temperature, final_temperature and temperature_half_life of an [agent] section. What fits the
/// rule of `search` is the default. Throws UsageError.
SelfPlayOptions read_self_play(const Config& agent, const SearchOptions& search);

/// What a worker has done since it was made.
struct SelfPlayCounts {
  std::int64_t games = 0, rows = 0, moves = 0, evaluations = 0;
};

/// The sizes of a game's rows, and where its symmetries take them.
GameRowShape row_shape(const GameSpec& game);
std::vector<RowSymmetry> row_symmetries(const GameSpec& game);

}  // namespace tengen
