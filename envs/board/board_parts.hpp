// The parts of a board's picture: the ground, stones and shadows. Internal to board_picture.cpp.
#pragma once

#include "envs/board/board_picture.hpp"

namespace tengen::parts {

/// One stone's radius as a part of a cell.
inline constexpr double kStone = 0.475;

inline Colour mix(Colour a, Colour b, double part) {
  const auto channel = [part](std::uint8_t x, std::uint8_t y) {
    return static_cast<std::uint8_t>(x + (y - x) * part + 0.5);
  };
  return {channel(a.red, b.red), channel(a.green, b.green), channel(a.blue, b.blue)};
}

/// The empty board with its coordinates, over all of `canvas`.
void paint_ground(const BoardPicture& picture, const BoardLayout& layout, Canvas& canvas);

/// A stone as seen from above, lit from the upper left.
BoardPainter::Sprite make_stone(BoardStyle style, int owner, double cell);
/// The soft shadow of any stone, dark and centred.
BoardPainter::Sprite make_shadow(double cell);
/// Lays a sprite over the canvas, its middle in the pixel of (x, y).
void lay(const BoardPainter::Sprite& sprite, double x, double y, double opacity, Canvas& canvas);
/// A rectangle on whole pixels through which what is below shows by 1 − opacity.
void wash(Canvas& canvas, double left, double top, double right, double bottom, Colour colour,
          double opacity);

}  // namespace tengen::parts
