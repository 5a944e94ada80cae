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
    kEdit,  ///< a stone of `player` is put there; player −1: the point becomes empty
    kTurn,  ///< `player` moves next
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
  std::string name;  ///< of the file, for warnings
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
  int unreadable_moves = 0;  ///< moves that are on no point; they stand as passes in `events`

  /// Who moves after the set-up: the player in PL, else the player of the first move, else White
  /// under a handicap and Black without.
  [[nodiscard]] int first_player() const;
  /// 0 Black won, 1 White won, in SGF's words or in Chinese, Japanese or Korean ones; empty for a
  /// draw, a void game and an unknown result.
  [[nodiscard]] std::optional<int> winner() const;
};

/// Largest number of columns or rows that SGF's letters can say.
inline constexpr int kMaxSgfBoard = 52;

/// "pd" as a point; empty if it is none on this board. "" and, on boards up to 19×19, "tt" are
/// passes.
std::optional<int> sgf_point(std::string_view text, int columns, int rows);
/// A point as two letters; a pass as "".
std::string sgf_point_text(int point, int columns);

/// The points of a value of a list: "dd", or a rectangle "aa:cc". Empty where it names none of this
/// board.
std::vector<int> sgf_points(std::string_view value, int columns, int rows);

/// What one node does on a board of this size, in the order in which it counts: AE, AB, AW, moves,
/// PL. Of what is not understood, a move is a pass and the rest is left out, with a warning.
std::vector<GoEvent> go_events(const SgfTree& tree, int node, int columns, int rows,
                               SgfWarnings* warnings = nullptr);

/// The line of a tree that ends in `node`, or its main line (−1).
///
/// What real files have instead of SGF is understood, with a warning: a komi with a comma, in words
/// after the number, in hundredths (Fox: KM[375], KM[650]), in stones (3.75: 7.5 points), or as KO
/// of the root; a handicap without stones has the fixed ones if White moves first; sizes as
/// "19x19", points in upper case or as "Q16". Empty values say nothing. Throws Error with
/// "name:line:column" for another game than Go and for a size beyond the limits.
GoRecord go_record(const SgfTree& tree, int node = -1, SgfWarnings* warnings = nullptr);

/// A tree of one line; go_record() reads it as the same record. `comments`, where given, one an
/// event, become C of its node.
SgfTree sgf_tree(const GoRecord& record, std::span<const std::string> comments = {});

}  // namespace tengen
