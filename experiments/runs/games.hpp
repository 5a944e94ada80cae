// The list of games that are searched: one visible line a game, in games.cpp.
#pragma once

#include "core/config.hpp"
#include "envs/game.hpp"

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tengen {

class SelfPlay;
struct SelfPlayOptions;
class PolicyGames;
struct PolicyGamesOptions;
class GameRecord;
struct ArenaPlayer;
struct ArenaOptions;
struct ArenaResult;

/// A game with its options, behind one virtual call a batch: what agents and commands, which know
/// no concrete game, may ask of it. Templates over games are instantiated here and nowhere else.
class AnyGame {
 public:
  virtual ~AnyGame() = default;
  [[nodiscard]] virtual const GameSpec& spec() const = 0;
  /// One thread's games of the game against itself.
  [[nodiscard]] virtual std::unique_ptr<SelfPlay> self_play(const SelfPlayOptions& options,
                                                            int worker) const = 0;
  /// Games that policies play without a search.
  [[nodiscard]] virtual std::unique_ptr<PolicyGames> policy_games(
      const PolicyGamesOptions& options) const = 0;
  /// Hands over the games of others in `folder`, one by one. Throws UsageError where nobody has
  /// written down games of this kind.
  virtual void teachers(const std::filesystem::path& folder,
                        const std::function<void(const GameRecord&)>& take) const = 0;
  /// Games [first, first + options.games) of a match, on this thread.
  [[nodiscard]] virtual ArenaResult arena(const std::array<ArenaPlayer, 2>& players,
                                          const ArenaOptions& options, int first) const = 0;
};

/// How a game is made: `options` is the recipe's [game] section without `id` (size, komi …).
/// Makers read every option they know, so that the recipe's check finds the rest.
using GameMaker = std::function<std::unique_ptr<AnyGame>(const Config& options)>;

struct GameEntry {
  std::string id;           ///< "Go-v0"
  std::string description;  ///< one line for `tengen list games`
  GameMaker make;
};

/// Every game that ships.
const std::vector<GameEntry>& game_entries();
/// Throws UsageError with the nearest id if unknown.
const GameEntry& find_game(std::string_view id);
/// The game of a recipe's or a model's [game] section. Throws UsageError.
std::unique_ptr<AnyGame> make_game(const Config& game);

}  // namespace tengen
