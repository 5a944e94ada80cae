// What is shown of a Go session: the board's picture, and the panel beside it. For the window and
// for files.
#pragma once

#include "envs/board/board_picture.hpp"
#include "experiments/viewer/go_session.hpp"
#include "experiments/viewer/panel.hpp"

#include <string>
#include <vector>

namespace tengen {

enum class GoHeat : std::uint8_t { kOff, kPolicy, kVisits };

/// What somebody wants to see.
struct GoShow {
  GoHeat heat = GoHeat::kVisits;
  bool ownership = false;
  int hover = -1;         ///< the point under the mouse
  bool may_play = false;  ///< the mouse would play there
  bool coordinates = true;
};

/// The board's picture with the memory that it views.
class GoScene {
 public:
  /// `analysis` is of the session's place; without visits nothing of it is shown. Over a move that
  /// it considers, its variation is shown.
  void update(const GoSession& session, const GoAnalysis& analysis, const GoShow& show);
  /// Until the next update().
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

/// What the panel says beside the session's own words.
struct GoPanelText {
  std::string black, white;  ///< who plays; "" for the session's names
  std::string thinker;       ///< whose analysis it is
  std::string note;          ///< a line of the surface's own
};

/// Where the panel has what the mouse may use.
struct GoPanelPlaces {
  Area graph;               ///< of moves 0 … line_length()
  std::vector<Area> moves;  ///< a line of the list a move of the analysis, from the first
  /// The move number at an x inside the graph.
  [[nodiscard]] int move_at(double x, int line_length) const;
};

/// Players and prisoners, win rate and lead, the graph of the line, the moves that are considered,
/// the comment. What does not fit into `area` is left out from the bottom.
GoPanelPlaces paint_go_panel(Painter& painter, const Area& area, const GoSession& session,
                             const GoAnalysis& analysis, const GoPanelText& text);

/// Board and panel side by side, as clips and contact sheets show them.
void compose_go(const GoSession& session, const GoAnalysis& analysis, const GoShow& show,
                const GoPanelText& text, const FrameLayout& layout, Canvas& out);

/// "1.2k" of 1234.
std::string short_visits(int visits);

}  // namespace tengen
