// Pictures of detectors are made of panels, gauges, charts and heat maps.
#pragma once

#include "core/canvas.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tengen::detector::picture {

inline constexpr int kWidth = 1200, kHeight = 675;
inline constexpr Colour kNight{16, 19, 27}, kPanel{24, 29, 40}, kGrid{48, 56, 74},
    kDim{122, 134, 158}, kText{226, 231, 240}, kAmber{255, 183, 77}, kSky{92, 184, 255},
    kMint{112, 214, 160}, kCoral{255, 110, 97};

Colour mix(Colour a, Colour b, double part);
/// A colour from black through purple and orange to near white, for t from 0 to 1.
Colour heat(double t);

struct Area {
  int x = 0, y = 0, width = 0, height = 0;
};
/// Draws a framed panel with a title; returns the area inside.
Area panel(Canvas& canvas, const Area& area, std::string_view title);
/// Writes text centred on x, or ending there.
void text_centred(Canvas& canvas, double x, int y, std::string_view text, Colour colour,
                  int scale = 1);
void text_right(Canvas& canvas, double x, int y, std::string_view text, Colour colour,
                int scale = 1);
/// Draws a bar that is `fraction` full, with a name and a number above it; amber when nearly full.
void gauge(Canvas& canvas, int x, int y, int width, std::string_view name, std::string_view number,
           double fraction);

/// Curves over logarithmic axes.
class Chart {
 public:
  /// `x_unit` stands at the end of the axis. All ends of ranges are > 0.
  Chart(Canvas& canvas, const Area& area, double x_low, double x_high, double y_low, double y_high,
        std::string_view x_unit);
  void curve(const std::function<double(double)>& y, Colour colour, double thickness,
             double opacity = 1);
  void point(double x, double y, Colour colour);
  /// Adds a line to the legend, from the top.
  void legend(std::string_view name, Colour colour);

 private:
  [[nodiscard]] double at_x(double x) const;
  [[nodiscard]] double at_y(double y) const;

  Canvas& canvas_;
  Area area_;
  double x_low_, x_high_, y_low_, y_high_;
  int legends_ = 0;
};

/// Energy on a grid of square cells, laid over the picture as a glow.
class HeatMap {
 public:
  HeatMap(const Area& area, int cell);
  /// Adds energy at a pixel; what falls outside is lost.
  void add(double x, double y, double energy);
  /// Spreads a part of every cell's energy over its neighbours.
  void soften();
  /// Paints the glow, logarithmic over three decades; a cell of energy `full` is whitest.
  void paint(Canvas& canvas, double full) const;

 private:
  Area area_;
  int cell_, columns_, rows_;
  std::vector<float> energy_;
};

}  // namespace tengen::detector::picture
