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
  std::string name;           ///< of the player
  SearchOptions search;       ///< `simulations` is what a move costs where nobody says otherwise
  SearcherOptions how;        ///< threads, batch, cache
  EvaluatorFactory make;      ///< called once a thread
  int rows = 0, columns = 0;  ///< the only board it plays on; 0: every size up to 25
  bool network = false;       ///< `make` knows something: raw_evaluation() is worth a word
  std::uint64_t seed = 0;
};

/// With one thread and no clock, moves depend on the seed and the game alone.
std::unique_ptr<GoPlayer> search_go_player(const SearchGoOptions& options);

/// What `uct` means: a search that judges leaves by one random game each and knows nothing else.
SearchGoOptions uct_go_options(int simulations, std::uint64_t seed);

}  // namespace tengen
