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
  std::vector<float> komis;  ///< one of which is drawn for every opening; empty: the ruleset's
  int opening_moves = 2;     ///< random ones, the same for two games with colours swapped
  int opening_spread = 0;    ///< at most this many more, drawn for every opening
  std::vector<GoRecord> openings;   ///< instead of random ones, in turn
  bool paired = true;               ///< false: every game has an opening of its own
  int threads = 1;                  ///< games at once
  std::uint64_t seed = 0;           ///< game i depends on it and i alone
  std::filesystem::path out;        ///< the folder for every game as SGF; empty: none
  bool skip_existing = false;       ///< games whose file is there already are not played again
  std::optional<SprtOptions> sprt;  ///< ends the match when it has decided
};

struct MatchGame {
  int number = 0;  ///< from 1
  bool first_is_black = true;
  double points = 0;   ///< the first player's: 0, ½ or 1
  std::string result;  ///< as in SGF: "B+3.5", "W+F" (forfeit)
  int moves = 0;       ///< the opening's included
  double seconds = 0;
  std::string note;  ///< why it was forfeited
  bool forfeit = false;
};

struct MatchResult {
  GameCount count;  ///< the first player's results
  int forfeits = 0, skipped = 0;
  std::vector<MatchGame> games;  ///< in the order of their ends
};

/// Plays the match and calls `ended` after every game, one call at a time. An engine that plays an
/// illegal move, crashes or does not answer in time forfeits the game, with a note, and is started
/// anew. Games are scored by area (Tromp–Taylor: every stone on the board counts). When
/// interrupted(), games under way are dropped. Throws EngineError if one side fails kMostFailures
/// times in a row, and what the sides' makers throw at their first call.
MatchResult play_match(const MatchSide& first, const MatchSide& second, const MatchOptions& options,
                       const std::function<void(const MatchResult&, const MatchGame&)>& ended);
inline constexpr int kMostFailures = 3;

/// The position after a random or given opening of that number.
GoGame match_opening(const MatchOptions& options, int number);

}  // namespace tengen
