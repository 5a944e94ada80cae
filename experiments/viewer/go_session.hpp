// A game of Go as somebody looks at it: a tree of moves, a place in it, and what was thought there.
#pragma once

#include "envs/board/board_picture.hpp"
#include "experiments/go/go_player.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// What is known of a position, for Black. Not a number: nothing.
struct GoFigures {
  float value = std::numeric_limits<float>::quiet_NaN();  ///< in [−1, 1]
  float margin = 0;                                       ///< points ahead
  int visits = 0;
};

/// Stands at a node of the tree; node 0 is the empty board or the set-up position. The line is the
/// way from there to the node and on along the children that were visited last. The tree is that of
/// the file with all that it says; what is played here is added to it.
class GoSession {
 public:
  /// Stands where the game stands.
  explicit GoSession(const GoGame& start);
  /// A game of a file with its variations, comments and marks; stands at its beginning. Komi and
  /// rules as the file says, else as `rules` do. What is against the rules is done all the same
  /// (GoGame::execute()), with a warning. Throws Error for another game than Go and a bad size.
  GoSession(SgfTree tree, const GoRuleset& rules, SgfWarnings* warnings = nullptr);

  std::string black = "Black", white = "White";
  std::vector<SgfTree> other_games;  ///< of the same file, to be saved with this one

  /// The position here, with the moves that led to it.
  [[nodiscard]] const GoGame& game() const { return game_; }
  /// Two passes, or somebody resigned here.
  [[nodiscard]] bool finished() const { return game_.passed_out() || resigned() >= 0; }
  /// "B+3.5", "W+R" once it is finished, by area without the dead stones (judge()); empty before.
  [[nodiscard]] std::string result() const;
  /// The file's own word.
  [[nodiscard]] const std::string& recorded_result() const { return recorded_result_; }

  /// Why the player to move may not play there; empty if it may.
  [[nodiscard]] std::string why_illegal(int action) const;
  /// A legal move. Goes to the child where it was played already, else to a new one.
  void play(int action);
  void resign();
  /// Takes the last move off with all that follows it; false at the start.
  bool undo();

  /// Names the place: no other node of this session has had, or will have, the same number.
  [[nodiscard]] int node() const { return at_; }
  [[nodiscard]] int move_number() const { return static_cast<int>(path_.size()) - 1; }
  /// The last move number of the line.
  [[nodiscard]] int line_length() const { return static_cast<int>(line_.size()) - 1; }
  [[nodiscard]] bool at_end() const { return move_number() == line_length(); }
  /// The place of the line after so many moves; clamped.
  void go_to(int move_number);
  void step(int moves) { go_to(move_number() + moves); }
  /// The next (1) or last (−1) sibling of the place, round and round; false if there is none.
  bool other_variation(int by);
  /// Continuations of this place.
  [[nodiscard]] int continuations() const;
  [[nodiscard]] int variations() const;  ///< the place's siblings and itself

  [[nodiscard]] const std::string& comment() const { return comment_; }
  [[nodiscard]] const std::vector<BoardMark>& marks() const { return marks_; }
  /// The action that led here; −1 at the start and after a set-up.
  [[nodiscard]] int last_action() const { return here().action; }

  /// Keeps what was thought of the position at `node` unless more is known already.
  void note(int node, const GoAnalysis& analysis);
  [[nodiscard]] const GoFigures& figures() const { return here().figures; }
  /// Of every place of the line, the start first.
  [[nodiscard]] std::vector<GoFigures> line_figures() const;

  /// The whole tree with all that the file said, the names as they are now, and a result where the
  /// file had none and the game is finished here by what was played in this session.
  [[nodiscard]] SgfTree to_sgf() const;
  /// That and the other games of the file, as text.
  [[nodiscard]] std::string file_text() const;

 private:
  // What the tree's node of the same number does.
  struct Node {
    int action = -1, player = 0;
    int to_move = 0;      // after it
    bool set_up = false;  // it does more than a move
    int next = -1;        // the child of the line
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
  std::size_t from_file_ = 0;  // so many nodes
  std::string recorded_result_, given_black_, given_white_;
  GoGame start_, game_;
  std::vector<Node> nodes_;
  int at_ = 0;
  std::vector<int> path_, line_;  // nodes
  std::string comment_;           // of the place
  std::vector<BoardMark> marks_;
  mutable int judged_ = -1;  // the node that judged_result_ is of
  mutable std::string judged_result_;
};

/// "D4" or "pass".
std::string go_move_name(const GoGame& game, int action);

}  // namespace tengen
