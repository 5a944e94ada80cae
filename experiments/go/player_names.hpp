// Players by what the command line and recipes call them.
#pragma once

#include "experiments/go/go_match.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tengen {

/// Players that are no network of ours.
enum class PlayerKind : std::uint8_t {
  kRandom,   ///< random moves
  kUct,      ///< tree search with random playouts
  kUctRave,  ///< the same with RAVE
  kGnuGo,
  kPachi,
  kEngine,  ///< any program that speaks GTP
};
/// "random", "uct", "rave", "gnugo", "pachi", "engine".
const char* name_of(PlayerKind kind);

struct PlayerName {
  PlayerKind kind = PlayerKind::kRandom;
  std::optional<int> number = {};  ///< simulations a move, level or playouts; ≥ 1
  std::string command = {};        ///< of kEngine: the command line
};
/// Reads "random", "uct[:simulations]", "rave[:simulations]", "gnugo[:level]", "pachi[:playouts]"
/// or "engine:", which a command line follows. Empty for any other text: a model's name, perhaps.
/// Throws UsageError where another text than a positive number follows the colon.
std::optional<PlayerName> parse_player_name(const std::string& text);

/// The player of Go of that name, with 1000 simulations, level 10 or 1000 playouts where it names
/// no number. Empty for what is no player's name; throws as parse_player_name() does.
std::optional<MatchSide> named_side(const std::string& text, const GoRules& rules,
                                    std::chrono::duration<double> patience);

}  // namespace tengen
