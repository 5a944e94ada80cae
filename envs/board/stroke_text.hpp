// Text of any size, drawn with a round pen: what is written on boards and stones.
#pragma once

#include "core/canvas.hpp"

#include <string_view>

namespace tengen {

/// The width of `text` in pixels, where capital letters and digits are `height` high.
double stroke_text_width(std::string_view text, double height);
/// One line centred at (x, y). Lower-case letters look like capitals; what the font lacks is a box.
/// `weight` is the pen's thickness as a part of `height`.
void stroke_text(Canvas& canvas, double x, double y, std::string_view text, double height,
                 Colour colour, double weight = 0.14, double opacity = 1);

}  // namespace tengen
