// Networks that AlphaZero and AlphaGo trained, as players.
#pragma once

#include "agents/search/options.hpp"
#include "agents/search/searcher.hpp"
#include "core/config.hpp"
#include "envs/game.hpp"
#include "experiments/go/search_go_player.hpp"

#include <cstdint>
#include <string>

namespace tengen {

/// A network of a model file and the game it was trained for.
struct GameModel {
  std::string name;     ///< the file's, or the one that was asked for
  std::string game;     ///< "Go-v0"
  Config game_options;  ///< the recipe's [game]
  GameSpec spec;
  SearchOptions search;   ///< the recipe's [search]
  EvaluatorFactory make;  ///< evaluators that share the network
};

/// `model` is what find_model() knows: a file, a run, a model that ships. Throws UsageError if
/// there is none of that name or it plays no game that is searched, Error if the file is damaged.
GameModel load_game_model(const std::string& model, const std::string& device);

struct GoModelOptions {
  int simulations = 0;  ///< a move; 0: 400
  int threads = 1;
  std::string device = "cpu";
  std::uint64_t seed = 0;
};

/// The model as options of search_go_player(). Throws UsageError if it plays another game.
SearchGoOptions load_go_model(const std::string& model, const GoModelOptions& options);

}  // namespace tengen
