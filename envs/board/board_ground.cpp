#include "core/usize.hpp"
#include "envs/board/board_parts.hpp"
#include "envs/board/stroke_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tengen::parts {
namespace {

constexpr Colour kLine{58, 38, 18}, kLetters{86, 58, 28};

double lattice(int x, int y) {
  auto h =
      static_cast<std::uint32_t>(x) * 0x9E3779B1U ^ static_cast<std::uint32_t>(y) * 0x85EBCA77U;
  h = (h ^ (h >> 15)) * 0x2C1B3C6DU;
  h = (h ^ (h >> 12)) * 0x297A2D39U;
  return (h >> 8) * 0x1p-24 - 0.5;
}

// Smooth noise in (−0.5, 0.5), with about one bump per unit.
double noise(double x, double y) {
  const double fx = std::floor(x), fy = std::floor(y);
  const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
  const double u = x - fx, v = y - fy, su = u * u * (3 - 2 * u), sv = v * v * (3 - 2 * v);
  const double top = lattice(ix, iy) + su * (lattice(ix + 1, iy) - lattice(ix, iy));
  const double bottom = lattice(ix, iy + 1) + su * (lattice(ix + 1, iy + 1) - lattice(ix, iy + 1));
  return top + sv * (bottom - top);
}

std::uint8_t byte(double v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0, 255.0) + 0.5); }

// Calls tone(x, y) → {red, green, blue} for every pixel.
template <class F>
void paint_all(Canvas& canvas, F&& tone) {
  std::uint8_t* p = canvas.rgb().data();
  for (int y = 0; y < canvas.height(); ++y)
    for (int x = 0; x < canvas.width(); ++x) {
      const std::array<double, 3> c = tone(x, y);
      for (std::size_t i = 0; i < 3; ++i) *p++ = byte(c[i]);
    }
}

// Straight-grained wood, its years running from top to bottom.
void paint_wood(Canvas& canvas, double cell) {
  const double unit = 1 / std::max(cell, 4.0);
  const double slope = 0.05 / (canvas.width() + canvas.height());
  paint_all(canvas, [&](int x, int y) -> std::array<double, 3> {
    const double u = x * unit, v = y * unit;
    const double across = u + 1.1 * noise(0.13 * u + 7, 0.06 * v) + 0.12 * noise(0.8 * u, 0.25 * v);
    const double years = noise(1.6 * across, 0.03 * v), fibres = noise(7 * across, 0.15 * v + 40);
    const double fine = noise(19 * across, 0.5 * v), flecks = noise(10 * u + 3, 1.1 * v);
    const double tone =
        0.10 * years + 0.055 * fibres + 0.035 * fine + 0.02 * flecks + 0.02 - slope * (x + y);
    return {224 * (1 + tone), 181 * (1 + 1.15 * tone), 111 * (1 + 1.6 * tone)};
  });
}

void paint_felt(Canvas& canvas) {
  paint_all(canvas, [](int x, int y) -> std::array<double, 3> {
    const double tone = 1 + 0.10 * noise(0.7 * x, 0.7 * y) + 0.05 * noise(0.03 * x, 0.03 * y);
    return {30 * tone, 112 * tone, 72 * tone};
  });
}

// Draws a lit edge above and left and a dark one below and right.
void bevel(Canvas& canvas, double cell) {
  const int w = canvas.width(), h = canvas.height();
  const int edge = std::clamp(static_cast<int>(cell / 14), 0, 4);
  for (int i = 0; i < edge; ++i) {
    const double part = 0.5 * (edge - i) / edge;
    const auto line = [&](double x0, double y0, double x1, double y1, Colour colour) {
      canvas.line(x0, y0, x1, y1, colour, 1, part);
    };
    const double a = i + 0.5;
    line(a, a, w - a, a, {255, 240, 200});
    line(a, a, a, h - a, {255, 240, 200});
    line(a, h - a, w - a, h - a, {60, 34, 10});
    line(w - a, a, w - a, h - a, {60, 34, 10});
  }
}

// The letters of a column: A … Z without I, then AA ….
std::string column_letters(int column) {
  constexpr std::string_view kColumns = "ABCDEFGHJKLMNOPQRSTUVWXYZ";
  const auto c = usize(column);
  std::string letters(1, kColumns[c % kColumns.size()]);
  if (c >= kColumns.size())
    letters.insert(0, 1, kColumns[(c / kColumns.size() - 1) % kColumns.size()]);
  return letters;
}

class Ground {
 public:
  Ground(const BoardPicture& picture, const BoardLayout& layout, Canvas& canvas)
      : picture_(picture), layout_(layout), canvas_(canvas), cell_(layout.cell()) {}

  void paint() {
    switch (picture_.style) {
      case BoardStyle::kGo:
        paint_wood(canvas_, cell_);
        grid(0);
        hoshi();
        break;
      case BoardStyle::kMarks:
        paint_wood(canvas_, cell_);
        grid(0.5);
        break;
      case BoardStyle::kDiscs:
        paint_felt(canvas_);
        grid(0.5);
        break;
      case BoardStyle::kRack:
        rack();
        break;
      case BoardStyle::kHex:
        paint_wood(canvas_, cell_);
        hexagons();
        break;
    }
    bevel(canvas_, cell_);
    if (layout_.letters() > 0) coordinates();
  }

 private:
  [[nodiscard]] double x(int column) const { return layout_.x(column); }
  [[nodiscard]] double y(int row) const { return layout_.y(row * picture_.columns); }
  [[nodiscard]] bool dark() const {
    return picture_.style == BoardStyle::kDiscs || picture_.style == BoardStyle::kRack;
  }

  // Lines through the points, or `offset` of a cell above and left of them and one more.
  void grid(double offset) {
    const Colour colour = dark() ? Colour{12, 56, 34} : kLine;
    const int extra = offset > 0 ? 1 : 0, thin = std::max(1, static_cast<int>(0.03 * cell_ + 0.3));
    const int thick = cell_ >= 16 ? thin + 1 : thin;
    const auto at = [&](double middle, int thickness) {
      return static_cast<int>(std::floor(middle - offset * cell_ - (thickness - 1) / 2.0 + 0.25));
    };
    const int right = at(x(0) + (picture_.columns - 1 + extra) * cell_, thick) + thick;
    const int bottom = at(y(0) + (picture_.rows - 1 + extra) * cell_, thick) + thick;
    const int left = at(x(0), thick), top = at(y(0), thick);
    const int columns = picture_.columns + extra, rows = picture_.rows + extra;
    for (int i = 0; i < columns; ++i) {
      const int t = i == 0 || i == columns - 1 ? thick : thin;
      canvas_.fill(at(x(0) + i * cell_, t), top, t, bottom - top, colour);
    }
    for (int i = 0; i < rows; ++i) {
      const int t = i == 0 || i == rows - 1 ? thick : thin;
      canvas_.fill(left, at(y(0) + i * cell_, t), right - left, t, colour);
    }
  }

  void hoshi() {
    const int n = picture_.columns;
    if (n != picture_.rows || n < 5 || cell_ < 5) return;
    const int edge = n >= 13 ? 3 : 2, middle = n / 2;
    const bool odd = n % 2 == 1;
    for (const int row : {edge, middle, n - 1 - edge})
      for (const int column : {edge, middle, n - 1 - edge}) {
        const bool side = row == middle || column == middle,
                   centre = row == middle && column == middle;
        if (n < 8 ? !(odd && centre) : side && (!odd || (!centre && n < 15))) continue;
        canvas_.disc(x(column), y(row), std::max(1.3, 0.095 * cell_), kLine);
      }
  }

  void rack() {
    canvas_.fill(0, 0, canvas_.width(), canvas_.height(), {34, 74, 158});
    for (int point = 0; point < picture_.rows * picture_.columns; ++point) {
      const double cx = layout_.x(point), cy = layout_.y(point), r = kStone * cell_;
      canvas_.disc(cx + 0.02 * cell_, cy + 0.03 * cell_, r * 1.02, {88, 128, 206});
      canvas_.disc(cx, cy, r, {14, 26, 60});
    }
  }

  [[nodiscard]] std::array<double, 12> hexagon(int point, double scale) const {
    std::array<double, 12> xy{};
    for (std::size_t i = 0; i < 6; ++i) {
      const double angle = (static_cast<double>(i) + 0.5) * std::numbers::pi / 3;
      xy[2 * i] = layout_.x(point) + scale * cell_ / std::numbers::sqrt3 * std::cos(angle);
      xy[2 * i + 1] = layout_.y(point) + scale * cell_ / std::numbers::sqrt3 * std::sin(angle);
    }
    return xy;
  }

  // Player 0's edges (above and below) are black, player 1's (left and right) white.
  void hexagons() {
    const int rows = picture_.rows, columns = picture_.columns;
    for (int point = 0; point < rows * columns; ++point) {
      const int row = point / columns, column = point % columns;
      const std::array<double, 12> xy = hexagon(point, 1);
      // Corners from the lower right, clockwise: side i runs from corner i to i + 1.
      const auto sides = [&](std::size_t first, Colour colour) {
        for (std::size_t i = first; i < first + 2; ++i) {
          const std::size_t a = 2 * (i % 6), b = 2 * ((i + 1) % 6);
          canvas_.line(xy[a], xy[a + 1], xy[b], xy[b + 1], colour, 0.26 * cell_);
        }
      };
      if (column == 0) sides(1, {246, 243, 234});
      if (column == columns - 1) sides(4, {246, 243, 234});
      if (row == rows - 1) sides(0, {30, 30, 34});
      if (row == 0) sides(3, {30, 30, 34});
    }
    for (int point = 0; point < rows * columns; ++point) {
      canvas_.polygon(hexagon(point, 1.02), kLine);
      canvas_.polygon(hexagon(point, 0.94), {232, 194, 128});
    }
  }

  void coordinates() {
    const double height = layout_.letters(), away = 0.5 * cell_ + 0.95 * height;
    const Colour colour = dark() ? Colour{206, 222, 214} : kLetters;
    const int rows = picture_.rows, columns = picture_.columns;
    const bool hex = picture_.style == BoardStyle::kHex;
    const double aside = hex ? 0.25 * cell_ : 0;
    for (int c = 0; c < columns; ++c) {
      const std::string letters = column_letters(c);
      stroke_text(canvas_, x(c), y(0) - away - 0.4 * aside, letters, height, colour);
      stroke_text(canvas_, layout_.x((rows - 1) * columns + c), y(rows - 1) + away + 0.4 * aside,
                  letters, height, colour);
    }
    for (int r = 0; r < rows; ++r) {
      const std::string number = std::to_string(rows - r);
      stroke_text(canvas_, layout_.x(r * columns) - away - 0.12 * cell_ - aside, y(r), number,
                  height, colour);
      stroke_text(canvas_, layout_.x(r * columns + columns - 1) + away + 0.12 * cell_ + aside, y(r),
                  number, height, colour);
    }
  }

  const BoardPicture& picture_;
  const BoardLayout& layout_;
  Canvas& canvas_;
  double cell_;
};

}  // namespace

void paint_ground(const BoardPicture& picture, const BoardLayout& layout, Canvas& canvas) {
  Ground(picture, layout, canvas).paint();
}

}  // namespace tengen::parts
