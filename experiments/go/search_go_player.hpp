// Tree search as a player of Go at a board of any size.
#pragma once

#include "agents/search/options.hpp"
#include "agents/search/searcher.hpp"
#include "experiments/go/go_player.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tengen {

struct SearchGoOptions {
  std::string name;           ///< the player's name
  SearchOptions search;       ///< `simulations` holds where ThinkLimit sets none
  SearcherOptions how;        ///< threads, batch, cache
  EvaluatorFactory make;      ///< called once a thread
  int rows = 0, columns = 0;  ///< the only board it plays on; 0: every size up to 25
  bool network = false;       ///< `make` makes networks, which raw_evaluation() can ask
  std::uint64_t seed = 0;
};

/// A player that searches. With one thread and no clock, its moves depend on the seed and the game
/// alone.
std::unique_ptr<GoPlayer> search_go_player(const SearchGoOptions& options);

/// The options of the player named "uct": a search that evaluates each leaf by one random game.
SearchGoOptions uct_go_options(int simulations, std::uint64_t seed);

}  // namespace tengen
