// The board games that learners play against a fixed opponent.
#pragma once

#include "envs/registry.hpp"

namespace tengen {

/// TicTacToe-v0, ConnectFour-v0, Othello-v0, Hex-v0 and Go-v0 as environments
/// (envs/board/versus.hpp). Options of all: opponent = "random" or "rollouts", rollouts = 100 (a
/// move); of Hex: size = 7 (2 to 13); of Go: size = 9 (2 to 25), komi = 7.5.
void add_board_games(EnvRegistry& registry);

}  // namespace tengen
