// A Go board for people: what `tengen go` and `tengen play Go-v0` open.
#pragma once

#include "experiments/commands/options.hpp"

#include <filesystem>
#include <string>

namespace tengen {

struct GoBoardOptions {
  std::string black, white;  ///< players by name; empty: people
  std::string analyse;       ///< a player by name; empty: nobody
  std::filesystem::path sgf, record;
  int size = 9, simulations = 0, move = -1;
  float komi = 7.5F;
  std::string rules = "tengen";
  bool ownership = false;
  SharedOptions shared;
};

/// Opens the window, or writes the file asked for. Throws Error without a display, UsageError for
/// an unknown player.
void open_go_board(const GoBoardOptions& options);

}  // namespace tengen
