// Matches of any game that is searched, between our own players.
#pragma once

#include "experiments/go/match_statistics.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tengen {

struct GameMatchOptions {
  std::string game;                    ///< "TicTacToe-v0"
  std::array<std::string, 2> players;  ///< "uct[:N]", "rave[:N]", "random" or a model
  int games = 200;
  int opening_moves = 2;  ///< random moves, the same for two games with colours swapped
  int simulations = 400;  ///< per move of a network
  int threads = 1;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::optional<SprtOptions> sprt;
};

/// Plays the match and returns the results of the first player. `progress` is called after every
/// round. The result does not depend on the number of threads, unless the SPRT or Ctrl-C ends the
/// match, which drops the round under way. Throws UsageError for an unknown game or player and for
/// a model of another game.
GameCount play_game_match(const GameMatchOptions& options,
                          const std::function<void(const GameCount&)>& progress);

}  // namespace tengen
