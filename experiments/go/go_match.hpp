// Games of Go between two players: openings, colours, a referee, records.
#pragma once

#include "experiments/go/go_player.hpp"
#include "experiments/go/match_statistics.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

struct MatchSide {
  std::string name;
  std::function<std::unique_ptr<GoPlayer>()> make;  ///< called by several threads
};

struct MatchOptions {
  int games = 200;
  int rows = 9, columns = 9;
  GoRuleset ruleset;
  std::vector<float> komis;         ///< one is drawn for every opening; empty: the ruleset's
  int opening_moves = 2;            ///< random ones, the same for two games with colours swapped
  int opening_spread = 0;           ///< up to so many more, drawn for every opening
  std::vector<GoRecord> openings;   ///< instead of random ones, in turn
  bool paired = true;               ///< false: every game has an opening of its own
  int threads = 1;                  ///< games at once
  std::uint64_t seed = 0;           ///< of openings and players: game i depends on it and i alone
  std::filesystem::path out;        ///< every game as SGF in this folder; empty: nowhere
  bool skip_existing = false;       ///< games whose file is there already are not played again
  std::optional<SprtOptions> sprt;  ///< ends the match when it has decided
};

struct MatchGame {
  int number = 0;  ///< from 1
  bool first_is_black = true;
  double points = 0;   ///< of the first player: 0, ½ or 1
  std::string result;  ///< as in SGF: "B+3.5", "W+F" (forfeit)
  int moves = 0;       ///< the opening's among them
  double seconds = 0;
  std::string note;  ///< why it was forfeited
  bool forfeit = false;
};

struct MatchResult {
  GameCount count;  ///< of the first player
  int forfeits = 0, skipped = 0;
  std::vector<MatchGame> games;  ///< in order of their ends
};

/// Plays the match. `ended` hears of every game, one at a time. An illegal move, a crash or silence
/// loses the game with a note, and the engine is started anew; throws EngineError if that happens
/// to one side kMostFailures times in a row, and what the sides' makers throw at their first try.
/// Area scoring by our own rules (Tromp–Taylor: every stone on the board counts). When
/// interrupted() games under way are dropped.
MatchResult play_match(const MatchSide& first, const MatchSide& second, const MatchOptions& options,
                       const std::function<void(const MatchResult&, const MatchGame&)>& ended);
inline constexpr int kMostFailures = 3;

/// The position after a random or given opening of that number.
GoGame match_opening(const MatchOptions& options, int number);

}  // namespace tengen
