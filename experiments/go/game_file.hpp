// The file that a game was taken from, so that it can be written again with all that it said.
#pragma once

#include "experiments/go/go_game.hpp"

#include <vector>

namespace tengen {

/// The games of a file and the place in the first of them where a game goes on from.
class GameFile {
 public:
  /// `game` stands before move `before_move` of the tree's main line (from 1; 0: at its end), as
  /// GoGame::from_record() puts it there.
  GameFile(std::vector<SgfTree> games, int before_move, const GoGame& game);

  /// The file's games with the moves that the game has now: those that the tree lacks are added,
  /// and the way of the game becomes the main line; komi and rules are said where they changed.
  /// Empty where the game does not come from this file.
  [[nodiscard]] std::vector<SgfTree> with(const GoGame& game) const;

 private:
  std::vector<SgfTree> games_;
  GoGame loaded_;
  std::vector<int> before_;  // by move of loaded_: the node that it is played from; last: the place
};

/// Writes the warnings to stderr.
void print_warnings(const SgfWarnings& warnings);

}  // namespace tengen
