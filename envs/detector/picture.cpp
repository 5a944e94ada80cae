#include "envs/detector/picture.hpp"

#include "core/usize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace tengen::detector::picture {

Colour mix(Colour a, Colour b, double part) {
  const double p = std::clamp(part, 0.0, 1.0);
  const auto channel = [p](std::uint8_t x, std::uint8_t y) {
    return static_cast<std::uint8_t>(x + (y - x) * p + 0.5);
  };
  return {channel(a.red, b.red), channel(a.green, b.green), channel(a.blue, b.blue)};
}

Colour heat(double t) {
  constexpr std::array<Colour, 6> kStops{
      {{10, 7, 34}, {87, 16, 110}, {188, 55, 84}, {249, 142, 9}, {252, 222, 90}, {255, 253, 235}}};
  const double at = std::clamp(t, 0.0, 1.0) * (kStops.size() - 1);
  const auto i = std::min<std::size_t>(static_cast<std::size_t>(at), kStops.size() - 2);
  return mix(kStops[i], kStops[i + 1], at - static_cast<double>(i));
}

Area panel(Canvas& canvas, const Area& a, std::string_view title) {
  canvas.fill(a.x, a.y, a.width, a.height, kPanel);
  canvas.fill(a.x, a.y, a.width, 1, kGrid);
  canvas.fill(a.x, a.y + a.height - 1, a.width, 1, kGrid);
  canvas.fill(a.x, a.y, 1, a.height, kGrid);
  canvas.fill(a.x + a.width - 1, a.y, 1, a.height, kGrid);
  canvas.text(a.x + 12, a.y + 10, title, kDim);
  return {a.x + 12, a.y + 28, a.width - 24, a.height - 38};
}

void text_centred(Canvas& canvas, double x, int y, std::string_view text, Colour colour,
                  int scale) {
  const auto width = static_cast<double>(text.size()) * Canvas::kCharWidth * scale;
  canvas.text(static_cast<int>(x - width / 2), y, text, colour, scale);
}

void text_right(Canvas& canvas, double x, int y, std::string_view text, Colour colour, int scale) {
  const auto width = static_cast<double>(text.size()) * Canvas::kCharWidth * scale;
  canvas.text(static_cast<int>(x - width), y, text, colour, scale);
}

void gauge(Canvas& canvas, int x, int y, int width, std::string_view name, std::string_view number,
           double fraction) {
  constexpr int kBar = 8;
  const double full = std::clamp(fraction, 0.0, 1.0);
  canvas.text(x, y, name, kText);
  text_right(canvas, x + width, y, number, kDim);
  canvas.fill(x, y + 12, width, kBar, kGrid);
  canvas.fill(x, y + 12, static_cast<int>(full * width + 0.5), kBar, full > 0.97 ? kAmber : kSky);
}

Chart::Chart(Canvas& canvas, const Area& area, double x_low, double x_high, double y_low,
             double y_high, std::string_view x_unit)
    : canvas_(canvas),
      area_{area.x + 34, area.y, area.width - 38, area.height - 16},
      x_low_(x_low),
      x_high_(x_high),
      y_low_(y_low),
      y_high_(y_high) {
  // Lines at 1, 2 and 5 of every decade, with numbers beside them.
  const auto each = [](double low, double high, auto&& line) {
    for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high; decade *= 10)
      for (const double v : {decade, 2 * decade, 5 * decade})
        if (v >= low * 0.999 && v <= high * 1.001) line(v);
  };
  each(x_low, x_high, [&](double x) {
    canvas.fill(static_cast<int>(at_x(x)), area_.y, 1, area_.height, kGrid);
    text_centred(canvas, at_x(x), area_.y + area_.height + 5, fmt::format("{:.4g}", x), kDim);
  });
  each(y_low, y_high, [&](double y) {
    canvas.fill(area_.x, static_cast<int>(at_y(y)), area_.width, 1, kGrid);
    text_right(canvas, area_.x - 4, static_cast<int>(at_y(y)) - 3, fmt::format("{:.4g}", y), kDim);
  });
  text_right(canvas, area_.x + area_.width - 4, area_.y + area_.height - 11, x_unit, kDim);
}

double Chart::at_x(double x) const {
  return area_.x + area_.width * std::log(x / x_low_) / std::log(x_high_ / x_low_);
}

double Chart::at_y(double y) const {
  return area_.y + area_.height * (1 - std::log(y / y_low_) / std::log(y_high_ / y_low_));
}

void Chart::curve(const std::function<double(double)>& y, Colour colour, double thickness,
                  double opacity) {
  constexpr int kPieces = 48;
  std::vector<double> ends;
  double last_x = 0, last_y = 0;
  bool begun = false;
  for (int i = 0; i <= kPieces; ++i) {
    const double x = x_low_ * std::pow(x_high_ / x_low_, i / double{kPieces});
    const double px = at_x(x), py = at_y(y(x));
    const bool inside = py >= area_.y && py <= area_.y + area_.height;
    if (begun && inside) ends.insert(ends.end(), {last_x, last_y, px, py});
    last_x = px, last_y = py, begun = inside;
  }
  canvas_.lines(ends, colour, thickness, opacity);
}

void Chart::point(double x, double y, Colour colour) {
  if (y < y_low_ || y > y_high_) return;
  canvas_.disc(at_x(x), at_y(y), 4.5, kPanel);
  canvas_.disc(at_x(x), at_y(y), 3.2, colour);
}

void Chart::legend(std::string_view name, Colour colour) {
  const int y = area_.y + 6 + 12 * legends_++;
  const double right = area_.x + area_.width - 8;
  text_right(canvas_, right - 22, y, name, kText);
  canvas_.line(right - 16, y + 3.5, right, y + 3.5, colour, 2.5);
}

HeatMap::HeatMap(const Area& area, int cell)
    : area_(area),
      cell_(cell),
      columns_((area.width + cell - 1) / cell),
      rows_((area.height + cell - 1) / cell),
      energy_(usize(columns_) * usize(rows_)) {}

void HeatMap::add(double x, double y, double energy) {
  const double column = (x - area_.x) / cell_, row = (y - area_.y) / cell_;
  if (!(column >= 0 && column < columns_ && row >= 0 && row < rows_)) return;
  energy_[static_cast<std::size_t>(row) * usize(columns_) + static_cast<std::size_t>(column)] +=
      static_cast<float>(energy);
}

void HeatMap::soften() {
  const auto width = usize(columns_);
  for (const std::size_t stride : {std::size_t{1}, width}) {
    const std::vector<float> before = energy_;
    for (std::size_t i = stride; i + stride < energy_.size(); ++i) {
      if (stride == 1 && (i % width == 0 || i % width == width - 1)) continue;
      energy_[i] = 0.5F * before[i] + 0.25F * (before[i - stride] + before[i + stride]);
    }
  }
}

void HeatMap::paint(Canvas& canvas, double full) const {
  for (int row = 0; row < rows_; ++row)
    for (int column = 0; column < columns_; ++column) {
      const double e = energy_[usize(row) * usize(columns_) + usize(column)];
      if (e <= 0) continue;
      const double t = 1 + std::log10(e / full) / 3;
      if (t <= 0) continue;
      const double left = area_.x + column * cell_, top = area_.y + row * cell_;
      const double right = std::min<double>(left + cell_, area_.x + area_.width);
      const double bottom = std::min<double>(top + cell_, area_.y + area_.height);
      const std::array corners{left, top, right, top, right, bottom, left, bottom};
      canvas.polygon(corners, heat(0.15 + 0.85 * t), std::min(0.95, 0.25 + 1.1 * t));
    }
}

}  // namespace tengen::detector::picture
