// The view of a Go session: the board's picture and the panel beside it, for the window and for
// files.
#pragma once

#include "envs/board/board_picture.hpp"
#include "experiments/viewer/go_session.hpp"
#include "experiments/viewer/panel.hpp"

#include <string>
#include <vector>

namespace tengen {

/// What the discs on the board show.
enum class GoHeat : std::uint8_t { kOff, kPolicy, kVisits };

/// What the user has chosen to see.
struct GoShow {
  GoHeat heat = GoHeat::kVisits;
  bool ownership = false;
  int hover = -1;         ///< the point under the mouse; −1: none
  bool may_play = false;  ///< whether a click would play there
  bool coordinates = true;
};

/// The board's picture, and the memory into which it points.
class GoScene {
 public:
  /// `analysis` is of the session's place; without visits it is not shown. With the mouse over a
  /// move that it considers, the move's variation is shown.
  void update(const GoSession& session, const GoAnalysis& analysis, const GoShow& show);
  /// The picture; valid until the next update().
  [[nodiscard]] const BoardPicture& picture() const { return picture_; }

 private:
  void add_spots(const GoAnalysis& analysis, GoHeat heat);
  void add_variation(const GoMoveInfo& move, int mover);

  BoardPicture picture_;
  std::vector<std::int8_t> stones_;
  std::vector<float> ownership_;
  std::vector<BoardSpot> spots_;
  std::vector<BoardGhost> ghosts_;
  std::vector<BoardMark> marks_;
};

/// Texts of the panel that the session does not know.
struct GoPanelText {
  std::string black, white;  ///< who plays; "" for the session's names
  std::string thinker;       ///< the name of the player whose analysis is shown
  std::string note;          ///< a line from the window or the file
};

/// The parts of the panel that react to the mouse.
struct GoPanelPlaces {
  Area graph;               ///< of moves 0 … line_length()
  std::vector<Area> moves;  ///< the lines of the list, one per move of the analysis
  /// The move number at an x inside the graph.
  [[nodiscard]] int move_at(double x, int line_length) const;
};

/// Paints players and prisoners, win rate and lead, the graph of the line, the moves that are
/// considered, and the comment. Parts at the bottom that do not fit into `area` are left out.
GoPanelPlaces paint_go_panel(Painter& painter, const Area& area, const GoSession& session,
                             const GoAnalysis& analysis, const GoPanelText& text);

/// Draws board and panel side by side, as clips and contact sheets show them.
void compose_go(const GoSession& session, const GoAnalysis& analysis, const GoShow& show,
                const GoPanelText& text, const FrameLayout& layout, Canvas& out);

/// A number of visits in few characters: 1234 becomes "1.2k".
std::string short_visits(int visits);

}  // namespace tengen
