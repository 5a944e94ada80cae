// Games between two players, many at once: how strong one is beside the other.
#pragma once

#include "agents/search/evaluator.hpp"
#include "agents/search/searchable_game.hpp"

#include <array>
#include <cstdint>

namespace tengen {

/// How one side plays. Searches have no noise.
struct ArenaPlayer {
  enum class Kind : std::uint8_t {
    kNetwork,  ///< searches with an evaluator
    kUct,      ///< UCT: as many random playouts as its search has simulations
    kRandom,   ///< uniformly random moves
  };
  Kind kind = Kind::kRandom;
  SearchOptions search;            ///< simulations a move, rule …
  Evaluator* evaluator = nullptr;  ///< of kNetwork; not owned
  UctOptions uct = {};             ///< of kUct
};

struct ArenaOptions {
  int games = 2;
  int opening_moves = 2;  ///< uniformly random, the same for games 2i and 2i + 1, colours swapped
  std::uint64_t seed = 0;
};

/// The outcomes of games, as the first player sees them.
struct ArenaResult {
  int wins = 0, draws = 0, losses = 0;

  [[nodiscard]] int games() const { return wins + draws + losses; }
  /// A draw is half a point.
  [[nodiscard]] double points() const { return wins + draws / 2.0; }
  void add(const ArenaResult& other) {
    wins += other.wins;
    draws += other.draws;
    losses += other.losses;
  }
};

/// Plays games [first, first + options.games) of a match, all at once on this thread: every round
/// takes a leaf from each game in which a side is searching, and that side's evaluator gets them as
/// one batch. A match played in pieces has the results of the whole. Throws Interrupted.
ArenaResult play_arena(const SearchableGame& game, const std::array<ArenaPlayer, 2>& players,
                       const ArenaOptions& options, int first = 0);

}  // namespace tengen
