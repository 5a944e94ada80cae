// The record of a game of Go: what an SGF file says about it, as values.
#pragma once

#include "envs/board/sgf.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// One entry of a record. A point is y · columns + x, counted from the top left corner.
struct GoEvent {
  enum class Kind : std::uint8_t {
    kMove,  ///< `player` plays at `point`, or passes
    kEdit,  ///< a stone of `player` is put, or whatever stands there is taken away (player −1)
  };
  static constexpr int kPass = -1;

  Kind kind = Kind::kMove;
  int player = 0;  ///< 0: Black, 1: White
  int point = kPass;

  friend bool operator==(const GoEvent&, const GoEvent&) = default;
};

/// The main line of a game, or another line of its tree. Edits before the first move are the set-up
/// position, handicap stones among them.
struct GoRecord {
  int columns = 19, rows = 19;
  std::optional<float> komi;          ///< KM; empty: the file does not say
  int handicap = 0;                   ///< HA; its stones are edits
  std::string black, white;           ///< PB, PW
  std::string rules;                  ///< RU, as written
  std::string result;                 ///< RE: "B+3.5", "W+R", "0", "Void"…
  std::string event, date;            ///< EV, DT
  std::string comment;                ///< C of the root
  std::optional<int> player_to_move;  ///< PL, the last one before the first move
  std::vector<GoEvent> events;

  /// Who moves after the set-up: as PL says, else whoever does; White under a handicap.
  [[nodiscard]] int first_player() const;
  /// 0 Black won, 1 White won; empty for a draw, a void game and an unknown result.
  [[nodiscard]] std::optional<int> winner() const;
};

/// Largest number of columns or rows that SGF's letters can say.
inline constexpr int kMaxSgfBoard = 52;

/// "pd" as a point; empty if it is none on this board. "" and, on boards up to 19×19, "tt" are
/// passes.
std::optional<int> sgf_point(std::string_view text, int columns, int rows);
/// A point as two letters; a pass as "".
std::string sgf_point_text(int point, int columns);

/// The line of a tree that ends in `node`, or its main line (−1). Throws Error with
/// "name:line:column" for another game than Go, a bad size, point, komi or handicap.
GoRecord go_record(const SgfTree& tree, int node = -1);

/// A tree of one line; go_record() reads it as the same record. `comments`, where given, one an
/// event, become C of its node.
SgfTree sgf_tree(const GoRecord& record, std::span<const std::string> comments = {});

}  // namespace tengen
