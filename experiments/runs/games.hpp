// The list of games that are searched: the board games (envs/board/board_games.hpp) and those that
// stand in games.cpp.
#pragma once

#include "agents/search/searchable_game.hpp"
#include "core/config.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

class PolicyGames;
struct PolicyGamesOptions;
class GameRecord;

/// A game with its options, behind virtual calls: what agents and commands, which know no concrete
/// game, may ask of it. Templates over games are instantiated here and nowhere else.
class AnyGame : public SearchableGame {
 public:
  /// Games that policies play without a search.
  [[nodiscard]] virtual std::unique_ptr<PolicyGames> policy_games(
      const PolicyGamesOptions& options) const = 0;
  /// Hands the recorded games in `folder` to `take`, one by one. Throws UsageError where this kind
  /// of game has no files of games.
  virtual void recorded_games(const std::filesystem::path& folder,
                              const std::function<void(const GameRecord&)>& take) const = 0;
};

/// How a game is made: `options` is the recipe's [game] section without `id` (size, komi …).
/// Makers read every option they know, so that the recipe's check finds the rest.
using GameMaker = std::function<std::unique_ptr<AnyGame>(const Config& options)>;

struct GameEntry {
  std::string id;           ///< "Go-v0"
  std::string description;  ///< one line for `tengen list games`
  bool go = false;          ///< see is_go()
  GameMaker make;
};

/// Every game that ships.
const std::vector<GameEntry>& game_entries();
/// Whether `id` is that of Go, which people and programs meet by means of its own: windows, GTP,
/// SGF (experiments/go).
bool is_go(std::string_view id);
/// Throws UsageError with the nearest id if unknown.
const GameEntry& find_game(std::string_view id);
/// The game of a recipe's or a model's [game] section. Throws UsageError.
std::unique_ptr<AnyGame> make_game(const Config& game);

}  // namespace tengen
