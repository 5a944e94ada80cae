// Board games as Python sees them: a position that is played on.
#pragma once

#include "envs/game.hpp"

#include <nanobind/nanobind.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tengen::python {

/// A position of any board game (envs/game.hpp).
class Board {
 public:
  virtual ~Board() = default;
  [[nodiscard]] virtual std::unique_ptr<Board> copy() const = 0;
  [[nodiscard]] virtual GameSpec spec() const = 0;
  [[nodiscard]] virtual int to_move() const = 0;
  [[nodiscard]] virtual bool finished() const = 0;
  /// Of a finished game, for player 0. Throws Error for one that goes on.
  [[nodiscard]] virtual float score() const = 0;
  /// One int8 for each action, 1 = legal; all 0 when the game is over.
  [[nodiscard]] virtual nanobind::object legal() const = 0;
  /// Throws UsageError if the action is not legal.
  virtual void play(int action) = 0;
  /// What `player` sees: planes (rows, columns, planes) of bytes, and globals, float32.
  [[nodiscard]] virtual nanobind::tuple observe() const = 0;
  /// A picture, (height, width, 3) bytes. `last` is marked if it is a point.
  [[nodiscard]] virtual nanobind::object draw(int last) const = 0;
};

/// Ids and descriptions of all board games.
std::vector<std::pair<std::string, std::string>> boards();
/// The position at which games of `id` with these options begin. Throws UsageError.
std::unique_ptr<Board> make_board(const std::string& id, const nanobind::dict& options);

}  // namespace tengen::python
