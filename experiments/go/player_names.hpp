// Players of Go by what the command line calls them.
#pragma once

#include "experiments/go/go_match.hpp"

#include <chrono>

#include <functional>
#include <optional>
#include <string>

namespace tengen {

/// "gnugo:10" as "gnugo" and 10; without a number, empty. Throws UsageError where what follows the
/// colon is no positive number.
struct PlayerName {
  std::string kind;
  std::optional<int> number;
};
PlayerName parse_player_name(const std::string& what);

/// "uct[:simulations]", "rave[:simulations]", "random", "gnugo[:level]", "pachi[:playouts]", or
/// what follows "engine:", a command line. Empty for any other name: a model, perhaps. Throws
/// UsageError for a bad number.
std::optional<MatchSide> named_side(const std::string& what, const GoRules& rules,
                                    std::chrono::duration<double> patience);

}  // namespace tengen
