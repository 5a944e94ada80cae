// A game of Go as protocols and files need it: any size at run time, moves by either player, undo.
#pragma once

#include "envs/board/go.hpp"
#include "envs/board/go_life.hpp"
#include "envs/board/go_record.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// The points that White gets for handicap stones, which area scoring counts for Black.
enum class HandicapBonus : std::uint8_t { kNone, kStones, kStonesLessOne };

/// The rules of a game: GoRules, and the handicap bonus, which is added to their komi.
struct GoRuleset {
  GoRules rules;
  HandicapBonus bonus = HandicapBonus::kNone;

  friend bool operator==(const GoRuleset&, const GoRuleset&) = default;
};

/// Rules by name ("tromp-taylor", "chinese", "aga" …) in any letter case; komi stays. Throws
/// UsageError for territory scoring, which is not played here, and for an unknown name.
GoRuleset named_rules(std::string_view name, float komi);
/// The name of the rules if they have one, else "Area", as SGF's RU.
std::string rules_text(const GoRuleset& ruleset);
/// The names that named_rules() knows.
std::vector<std::string> rule_names();
/// The rules of a record: RU decides on ko, suicide and handicap bonus, as named_rules() and KataGo
/// name them or as people write them; the territory rules of Japan and Korea have the simple ko,
/// and are counted by area here. KM decides on komi. What the record does not say, or says in a way
/// that is not known, is as in `otherwise`; the latter is a warning.
GoRuleset recorded_rules(const GoRecord& record, const GoRuleset& otherwise,
                         SgfWarnings* warnings = nullptr);

/// A game: stones that were set up, then moves, and the position that they lead to. Actions as in
/// Go: y · columns + x from the top left, rows · columns passes.
class GoGame {
 public:
  using Position = Go<kLargestGoSide>;
  struct Stones {
    int point;
    Stone stone;
  };
  struct Move {
    int player, action;
    friend bool operator==(const Move&, const Move&) = default;
  };

  explicit GoGame(int rows = 19, int columns = 19, const GoRuleset& ruleset = {});

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int points() const { return rows_ * columns_; }
  [[nodiscard]] int pass_action() const { return points(); }
  [[nodiscard]] const GoRuleset& ruleset() const { return ruleset_; }
  [[nodiscard]] float komi() const { return ruleset_.rules.komi; }
  /// Komi and handicap bonus together.
  [[nodiscard]] float full_komi() const;
  [[nodiscard]] int handicap() const { return handicap_; }
  [[nodiscard]] const std::vector<Stones>& set_up_stones() const { return stones_; }
  [[nodiscard]] const std::vector<Move>& moves() const { return moves_; }
  [[nodiscard]] const Position& position() const { return position_; }
  [[nodiscard]] int to_move() const { return to_move_; }
  /// Whether two passes in a row were made.
  [[nodiscard]] bool passed_out() const { return position_.passes() >= 2; }

  /// Takes every stone off.
  void clear();
  /// Changes the rules and keeps stones and moves. Throws Error if komi is not finite.
  void set_ruleset(const GoRuleset& ruleset);
  void set_to_move(int player);
  /// Says why `player` may not play there now: "occupied", "suicide", "ko", "superko" or "no game
  /// is that long". Empty if it may.
  [[nodiscard]] std::string why_illegal(int player, int action) const;
  /// The position with to_move() to move, in which two passes have not ended the game.
  [[nodiscard]] Position open_position() const;
  /// Makes a legal move of either player, regardless of who moved last.
  void play(int player, int action);
  /// Does what a file says, legal or not, as FF[4] asks. Edits in a row count as one, and chains
  /// that they leave without liberties are taken off. An illegal move is made all the same: it
  /// replaces a stone that is there, then takes off what has no liberty, first the opponent's.
  /// After an edit or an illegal move the position is a set-up one and moves() starts anew.
  /// `assumed` is called for each such event with its number and what was wrong ("White at E5 is
  /// illegal: occupied").
  void execute(std::span<const GoEvent> events,
               const std::function<void(std::size_t, const std::string&)>& assumed = {});
  /// Takes a move back; false if there is none.
  bool undo();
  /// Replaces the position: these stones, no moves. `handicap` stones of them count for the bonus.
  /// Throws Error if a chain has no liberty or a point has two stones; the game is then unchanged.
  void set_up(std::vector<Stones> stones, int to_move, int handicap = 0);

  /// execute()s a record on an empty board of its size: its events before move `before_move`
  /// (counted from 1; 0: all). Komi is taken over, rules are not (recorded_rules()). Throws Error
  /// if the size does not fit.
  static GoGame from_record(const GoRecord& record, const GoRuleset& ruleset, int before_move = 0,
                            SgfWarnings* warnings = nullptr);
  [[nodiscard]] GoRecord to_record() const;

  /// The same position in a Go of another capacity, whose sides must suffice.
  template <int kMaxSize>
  [[nodiscard]] Go<kMaxSize> as_go() const {
    GoRules rules = ruleset_.rules;
    rules.komi = full_komi();
    rules.max_moves = Go<kMaxSize>::kMostMoves;
    Go<kMaxSize> go(rows_, columns_, rules);
    for (const Stones& at : stones_) go.set_up(at.point, at.stone);
    go.set_to_move(first_to_move_);
    for (const Move& move : moves_) play_on(go, move);
    if (go.passes() < 2) go.set_to_move(to_move_);
    return go;
  }
  /// open_position() in a Go of another capacity.
  template <int kMaxSize>
  [[nodiscard]] Go<kMaxSize> open_go() const {
    return opened(as_go<kMaxSize>());
  }
  /// Makes a move of either player, also after two passes.
  template <int kMaxSize>
  static void play_on(Go<kMaxSize>& go, const Move& move) {
    if (go.passes() >= 2) go.resume();
    go.set_to_move(move.player);
    go.play(move.action);
  }

 private:
  void rebuild();
  // A position of its own; every chain of it has a liberty.
  void settle(const std::vector<Stone>& board, int to_move);
  [[nodiscard]] std::vector<Stone> stones_now() const;
  bool force(int player, int action);
  [[nodiscard]] int most_moves() const;
  template <class P>
  [[nodiscard]] P opened(P position) const {
    if (position.passes() >= 2) position.resume();
    position.set_to_move(to_move_);
    return position;
  }

  int rows_, columns_;
  GoRuleset ruleset_;
  int handicap_ = 0, first_to_move_ = 0, to_move_ = 0;
  std::vector<Stones> stones_;
  std::vector<Move> moves_;
  Position position_;
};

/// "B+3.5", "W+0.5" or "0" of a margin for Black.
std::string score_text(float margin);

/// Which stones are dead as the game stands; see judge_go().
GoJudgement judge(const GoGame& game, std::span<const float> owners = {});

}  // namespace tengen
