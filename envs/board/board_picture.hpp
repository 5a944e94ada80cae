// Pictures of board games, at any size: wood, stones, and what a player or a search thinks.
#pragma once

#include "core/canvas.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

enum class BoardStyle : std::uint8_t {
  kGo,     ///< stones on the crossings of a wooden board
  kMarks,  ///< crosses and rings in cells (TicTacToe)
  kDiscs,  ///< black and white discs in green cells (Othello)
  kRack,   ///< red and yellow discs in a blue rack (Connect Four)
  kHex,    ///< stones in a rhombus of hexagons
};

enum class MarkShape : std::uint8_t { kCircle, kSquare, kTriangle, kCross, kText };

// A point is y · columns + x, row 0 at the top. An owner is 1 for player 0 (black, moves first),
// −1 for player 1 (white), 0 for neither.

struct BoardMark {
  int point = 0;
  MarkShape shape = MarkShape::kCircle;
  std::string text;  ///< of kText: a move's number, a label of a file
};
/// A stone that is not on the board: a move of a variation, its number on it.
struct BoardGhost {
  int point = 0;
  int owner = 1;
  std::string text;
};
/// A move that is considered: a coloured disc.
struct BoardSpot {
  int point = 0;
  float heat = 0;     ///< from 0 (cold, faint) to 1
  std::string text;   ///< one line, or two with '\n' between them; shown where it fits
  bool best = false;  ///< ringed
};

/// What is to be seen. Spans may be empty; what they view outlives the drawing. Points outside the
/// board (−1, or a pass) show nothing.
struct BoardPicture {
  BoardStyle style = BoardStyle::kGo;
  int rows = 0, columns = 0;
  std::span<const std::int8_t> stones{};  ///< an owner a point
  std::span<const float> ownership{};     ///< −1 … 1 a point
  std::span<const BoardSpot> spots{};
  std::span<const BoardGhost> variation{};
  std::span<const BoardMark> marks{};
  int last = -1;   ///< the move played last
  int hover = -1;  ///< where the mouse is: a faint stone, or a cross if it may not go there
  int hover_owner = 1;
  bool hover_legal = true;
  bool coordinates = true;
};

/// Where the points are in a picture of width × height pixels.
class BoardLayout {
 public:
  BoardLayout(const BoardPicture& picture, int width, int height);

  /// The middle of a point.
  [[nodiscard]] double x(int point) const;
  [[nodiscard]] double y(int point) const;
  /// Pixels from one point to the next.
  [[nodiscard]] double cell() const { return cell_; }
  /// The point at a pixel, or −1. In a rack, a column's top point stands for the column.
  [[nodiscard]] int point_at(double x, double y) const;
  /// Height of the coordinates' letters; 0 where there is no room for any.
  [[nodiscard]] double letters() const { return letters_; }

 private:
  BoardStyle style_;
  int rows_, columns_;
  double cell_ = 0, left_ = 0, top_ = 0, letters_ = 0;  // left_, top_: the middle of point 0
};

/// Width / height at which the board fills its picture.
double board_aspect(const BoardPicture& picture);

/// Shares of a whole (policy, visits), one a point, as spots: those of at least `least`, labelled
/// with their percentage, hottest where the largest share is.
std::vector<BoardSpot> spots_of_shares(std::span<const float> shares, float least = 0.005F);

/// Draws pictures and keeps what stays the same from one to the next (wood, the stones' shading).
class BoardPainter {
 public:
  /// `out` becomes width × height. Both ≥ 1; what is too small to be seen is left out.
  void draw(const BoardPicture& picture, int width, int height, Canvas& out);

  /// size × size × 4 bytes: red, green, blue, and how much of it covers what is below.
  struct Sprite {
    int size = 0;
    std::vector<std::uint8_t> rgba;
  };

 private:
  void prepare(const BoardPicture& picture, int width, int height);

  BoardStyle style_{};
  int rows_ = 0, columns_ = 0;
  bool coordinates_ = false;
  Canvas ground_;              // the empty board
  Sprite shadow_, stones_[2];  // of player 0 and 1
};

/// One picture, without a painter to keep.
void draw_board(const BoardPicture& picture, int width, int height, Canvas& out);

}  // namespace tengen
