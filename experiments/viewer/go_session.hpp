// A game of Go as it is looked at: a tree of moves, the current place in it, and the analyses of
// its positions.
#pragma once

#include "envs/board/board_picture.hpp"
#include "experiments/go/go_player.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// The evaluation of a position, for Black.
struct GoFigures {
  float value = std::numeric_limits<float>::quiet_NaN();  ///< in [−1, 1]; NaN: not evaluated
  float margin = 0;                                       ///< points ahead
  int visits = 0;
};

/// A tree of moves with a current node, called the place. Node 0 is the empty board or the set-up
/// position. The line is the way from there to the place, and on along the children that were
/// visited last. The tree is that of the file with all its properties; moves played here are added.
class GoSession {
 public:
  /// Begins with the moves of `start`; the place is its end.
  explicit GoSession(const GoGame& start);
  /// Takes a game of a file with its variations, comments and marks; the place is its beginning.
  /// Komi and rules are the file's, or those of `rules` where it names none. Illegal moves are made
  /// all the same (GoGame::execute()), with a warning. Throws Error for another game than Go and
  /// for a size that cannot be played.
  GoSession(SgfTree tree, const GoRuleset& rules, SgfWarnings* warnings = nullptr);

  std::string black = "Black", white = "White";
  std::vector<SgfTree> other_games;  ///< of the same file, to be saved with this one

  /// The position at the place, with the moves that led to it.
  [[nodiscard]] const GoGame& game() const { return game_; }
  /// Whether the game is over at the place, by two passes or because a player resigned.
  [[nodiscard]] bool finished() const { return game_.passed_out() || resigned() >= 0; }
  /// "B+3.5" or "W+R" if the game is finished here, by area without the dead stones (judge()); else
  /// empty.
  [[nodiscard]] std::string result() const;
  /// The result that the file records; may be empty.
  [[nodiscard]] const std::string& recorded_result() const { return recorded_result_; }

  /// Why the player to move may not play there; empty if it may.
  [[nodiscard]] std::string why_illegal(int action) const;
  /// Plays a legal move: goes to its child if it was played here before, else to a new one.
  void play(int action);
  /// The player to move resigns.
  void resign();
  /// Removes the last move with all that follows it. Returns false at the start.
  bool undo();

  /// The number of the place. No other node of this session has had it, or will.
  [[nodiscard]] int node() const { return at_; }
  [[nodiscard]] int move_number() const { return static_cast<int>(path_.size()) - 1; }
  /// The last move number of the line.
  [[nodiscard]] int line_length() const { return static_cast<int>(line_.size()) - 1; }
  [[nodiscard]] bool at_end() const { return move_number() == line_length(); }
  /// Goes along the line to the node after so many moves; the number is clamped.
  void go_to(int move_number);
  void step(int moves) { go_to(move_number() + moves); }
  /// Goes to the next (1) or previous (−1) sibling of the place, in a circle. Returns false if
  /// there is none.
  bool other_variation(int by);
  /// The number of the place's children.
  [[nodiscard]] int continuations() const;
  [[nodiscard]] int variations() const;  ///< the number of the place's siblings, itself included

  [[nodiscard]] const std::string& comment() const { return comment_; }
  [[nodiscard]] const std::vector<BoardMark>& marks() const { return marks_; }
  /// The action that led here; −1 at the start and after a set-up.
  [[nodiscard]] int last_action() const { return here().action; }

  /// Keeps the result of `analysis` for `node`, unless one with more visits is there already.
  void note(int node, const GoAnalysis& analysis);
  /// The evaluation of the place.
  [[nodiscard]] const GoFigures& figures() const { return here().figures; }
  /// The evaluations along the line, from its start.
  [[nodiscard]] std::vector<GoFigures> line_figures() const;

  /// The whole tree with all properties of the file and the names as they are now. It gets a result
  /// if the file had none and moves of this session have finished the game here.
  [[nodiscard]] SgfTree to_sgf() const;
  /// This game and the other games of the file, as the text of an SGF file.
  [[nodiscard]] std::string file_text() const;

 private:
  // What the node of the same number in tree_ does to the game.
  struct Node {
    int action = -1, player = 0;
    int to_move = 0;      // the player to move after it
    bool set_up = false;  // whether it does more than one move
    int next = -1;        // the child that is on the line; −1: none
    int resigned = -1;
    GoFigures figures;
  };

  [[nodiscard]] const Node& here() const { return nodes_[static_cast<std::size_t>(at_)]; }
  [[nodiscard]] Node& node_at(int node) { return nodes_[static_cast<std::size_t>(node)]; }
  [[nodiscard]] const SgfNode& in_tree(int node) const {
    return tree_.nodes[static_cast<std::size_t>(node)];
  }
  [[nodiscard]] int resigned() const { return here().resigned; }
  void read_nodes(SgfWarnings* warnings);
  void read_place();
  void apply(int node, SgfWarnings* warnings = nullptr);
  int move_to(int node, SgfWarnings* warnings = nullptr);
  void stand_at(int node);

  SgfTree tree_;
  std::size_t from_file_ = 0;  // the first so many nodes are the file's
  std::string recorded_result_, given_black_, given_white_;
  GoGame start_, game_;
  std::vector<Node> nodes_;
  int at_ = 0;
  std::vector<int> path_, line_;  // nodes
  std::string comment_;           // of the place
  std::vector<BoardMark> marks_;
  mutable int judged_ = -1;  // the node whose result is judged_result_
  mutable std::string judged_result_;
};

/// "D4" or "pass".
std::string go_move_name(const GoGame& game, int action);

}  // namespace tengen
