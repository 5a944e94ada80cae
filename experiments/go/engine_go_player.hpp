// Another program that speaks GTP, as a player.
#pragma once

#include "experiments/go/go_player.hpp"
#include "experiments/go/gtp_client.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tengen {

struct EngineOptions {
  std::string name;                             ///< in errors and SGF
  std::vector<std::string> command;             ///< program and arguments
  std::chrono::duration<double> patience{120};  ///< for any answer
};

/// GNU Go 3.8 as matches want it: area scoring, our ko and suicide rules, dead stones taken off the
/// board before it passes, no resignation. `level` as its --level.
EngineOptions gnugo_engine(int level, const GoRules& rules);
/// Pachi, the Go engine (not the game of that name in Debian), with `playouts` per move; it counts
/// every group on the board as alive.
EngineOptions pachi_engine(int playouts);

/// Starts the program at once. choose() returns GoPlayer::kResign where the engine resigns, and
/// throws EngineError where it dies, does not answer in time or answers no move. It tells the
/// engine only what has changed since the last move.
std::unique_ptr<GoPlayer> engine_go_player(const EngineOptions& options);

}  // namespace tengen
