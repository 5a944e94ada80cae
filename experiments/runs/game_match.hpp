// Matches of any game that is searched, among our own players.
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
  int opening_moves = 2;  ///< random ones, the same for two games with colours swapped
  int simulations = 400;  ///< a move of networks
  int threads = 1;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::optional<SprtOptions> sprt;
};

/// Results of the first player. `progress` hears of every round. The same on any number of threads,
/// unless a test or Ctrl-C ends it, which drops the round under way. Throws UsageError: unknown
/// game or player, a model of another game.
GameCount play_game_match(const GameMatchOptions& options,
                          const std::function<void(const GameCount&)>& progress);

}  // namespace tengen
