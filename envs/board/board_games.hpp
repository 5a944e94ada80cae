// The list of board games: one row a game, from which its environment, its search and their options
// come.
#pragma once

#include "core/config.hpp"
#include "envs/board/board_picture.hpp"
#include "envs/board/connect_four.hpp"
#include "envs/board/go.hpp"
#include "envs/board/hex.hpp"
#include "envs/board/othello.hpp"
#include "envs/board/tic_tac_toe.hpp"

#include <tuple>

namespace tengen {

class EnvRegistry;

/// One board game. `start` is a function of (const Config& options, use): it reads the game's own
/// options (size, komi …), calls `use` with the position at which games begin, a Game
/// of the type that these options ask for, and returns what `use` returns. It reads every option
/// that the game knows, so that the recipe's check finds the rest. Throws UsageError.
template <class Start>
struct BoardGame {
  const char* id;           ///< "Hex-v0", of the environment and of the game that is searched
  const char* description;  ///< of the game: one line for `tengen list games`
  const char* environment;  ///< of the environment: one line for `tengen list envs`
  BoardStyle style;         ///< of pictures
  int stone_plane;          ///< of Versus
  Start start;
};
template <class Start>
BoardGame(const char*, const char*, const char*, BoardStyle, int, Start) -> BoardGame<Start>;

/// BoardGame::start of a game without options.
template <Game G>
inline constexpr auto kFixedStart = [](const Config& /*options*/, auto use) { return use(G{}); };

inline constexpr auto kHexStart = [](const Config& options, auto use) {
  return use(Hex(options.get<int>("size", 7, 2, Hex::kLargest)));
};

/// Reads ko, suicide, komi and max_moves. Throws UsageError.
GoRules read_go_rules(const Config& options, int size);

inline constexpr auto kGoStart = [](const Config& options, auto use) {
  const int size = options.get<int>("size", 9, 2, kLargestGoSide);
  const GoRules rules = read_go_rules(options, size);
  return with_go_size(size, [&]<int kMaxSize>() { return use(Go<kMaxSize>(size, size, rules)); });
};

inline constexpr std::tuple kBoardGames{
    BoardGame{"TicTacToe-v0", "Three in a row on 3 × 3",
              "Three in a row; opponent = \"random\" or \"rollouts\"", BoardStyle::kMarks, 0,
              kFixedStart<TicTacToe>},
    BoardGame{"ConnectFour-v0", "Four in a row on 7 columns of 6",
              "Four in a row, 7 columns of 6; opponent = \"random\"", BoardStyle::kRack, 0,
              kFixedStart<ConnectFour>},
    BoardGame{"Othello-v0", "Othello on 8 × 8", "Othello on 8 × 8; opponent = \"random\"",
              BoardStyle::kDiscs, 0, kFixedStart<Othello>},
    BoardGame{"Hex-v0", "Hex: Black joins top and bottom, White left and right; size = 7 (2 to 13)",
              "Hex; size = 7 (2 to 13), opponent = \"random\"", BoardStyle::kHex, 0, kHexStart},
    BoardGame{"Go-v0", "Go, area scoring; size = 9 (2 to 25), komi = 7.5, ko, suicide, max_moves",
              "Go by area; size = 9 (2 to 25), komi = 7.5, opponent = \"random\"", BoardStyle::kGo,
              1, kGoStart},
};

/// Calls `use` with every row.
template <class Use>
void for_each_board_game(Use use) {
  std::apply([&](const auto&... row) { (use(row), ...); }, kBoardGames);
}

/// Adds every row as an environment, a Versus. Beside the game's own options each takes opponent =
/// "random" or "rollouts" and rollouts = 100 (a move).
void add_board_games(EnvRegistry& registry);

}  // namespace tengen
