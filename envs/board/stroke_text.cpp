#include "envs/board/stroke_text.hpp"

#include "core/usize.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>
#include <vector>

namespace tengen {
namespace {

// Letters are 10 high, y downwards. "L x y x y …" is a chain of lines, "A cx cy rx ry from to" a
// piece of an ellipse by degrees: 0 is right, 90 down.
struct Glyph {
  char character;
  double width;
  std::string_view strokes;
};
constexpr double kHeight = 10, kGap = 2.7, kSpace = 4;
constexpr std::array<Glyph, 45> kGlyphs{{
    {'0', 6, "A 3 5 3 5 0 360"},
    {'1', 3, "L 0.4 2.2 3 0 3 10"},
    {'2', 6, "A 3 3 2.9 3 190 385 L 5.63 4.27 0.1 10 6 10"},
    {'3', 6, "A 3 2.5 2.6 2.5 200 450 A 3 7.5 3 2.5 -90 160"},
    {'4', 6, "L 4.6 10 4.6 0 0 7 6.2 7"},
    {'5', 6, "L 5.5 0 1 0 0.74 4.7 A 3 6.8 3 3.2 221 510"},
    {'6', 6, "A 3 7 3 3 0 360 A 5.2 7 5.2 7 180 268"},
    {'7', 6, "L 0 0 6 0 2.2 10"},
    {'8', 6, "A 3 2.5 2.5 2.5 0 360 A 3 7.5 3 2.5 0 360"},
    {'9', 6, "A 3 3 3 3 0 360 A 0.8 3 5.2 7 0 88"},
    {'A', 7, "L 0 10 3.5 0 7 10 L 1.2 6.8 5.8 6.8"},
    {'B', 6,
     "L 3.5 10 0 10 0 0 3.2 0 L 0 4.8 3.5 4.8 A 3.2 2.4 2.4 2.4 -90 90 A 3.5 7.4 2.5 2.6 -90 90"},
    {'C', 6.4, "A 3.6 5 3.6 5 45 315"},
    {'D', 6.2, "L 2.6 0 0 0 0 10 2.6 10 A 2.6 5 3.6 5 -90 90"},
    {'E', 5, "L 5 0 0 0 0 10 5 10 L 0 4.8 4.4 4.8"},
    {'F', 5, "L 5 0 0 0 0 10 L 0 4.8 4.2 4.8"},
    {'G', 7, "A 3.6 5 3.6 5 0 315 L 7.2 5 4.2 5"},
    {'H', 6, "L 0 0 0 10 L 6 0 6 10 L 0 4.8 6 4.8"},
    {'I', 0.4, "L 0.2 0 0.2 10"},
    {'J', 4, "L 4 0 4 7.3 A 2 7.3 2 2.7 0 160"},
    {'K', 6, "L 0 0 0 10 L 5.6 0 0 6 L 2 4.2 6 10"},
    {'L', 5, "L 0 0 0 10 5 10"},
    {'M', 8, "L 0 10 0 0 4 7 8 0 8 10"},
    {'N', 6, "L 0 10 0 0 6 10 6 0"},
    {'O', 7.6, "A 3.8 5 3.8 5 0 360"},
    {'P', 6, "L 0 10 0 0 3.2 0 L 0 5.4 3.2 5.4 A 3.2 2.7 2.7 2.7 -90 90"},
    {'Q', 7.6, "A 3.8 5 3.8 5 0 360 L 4.6 7.2 7.4 10.4"},
    {'R', 6, "L 0 10 0 0 3.2 0 L 0 5.4 3.2 5.4 A 3.2 2.7 2.7 2.7 -90 90 L 2.8 5.4 6 10"},
    {'S', 6, "A 3 2.5 2.7 2.5 330 90 A 3 7.5 3 2.5 -90 150"},
    {'T', 6.4, "L 0 0 6.4 0 L 3.2 0 3.2 10"},
    {'U', 6, "L 0 0 0 6.8 L 6 6.8 6 0 A 3 6.8 3 3.2 0 180"},
    {'V', 6.8, "L 0 0 3.4 10 6.8 0"},
    {'W', 9, "L 0 0 2.2 10 4.5 2 6.8 10 9 0"},
    {'X', 6, "L 0 0 6 10 L 6 0 0 10"},
    {'Y', 6.4, "L 0 0 3.2 5 6.4 0 L 3.2 5 3.2 10"},
    {'Z', 6, "L 0 0 6 0 0 10 6 10"},
    {'%', 8, "L 7 0 1 10 A 1.6 2.1 1.6 2.1 0 360 A 6.4 7.9 1.6 2.1 0 360"},
    {'.', 0.6, "L 0.3 9.8 0.3 9.9"},
    {',', 0.8, "L 0.7 9.6 0 11.4"},
    {':', 0.6, "L 0.3 3.4 0.3 3.5 L 0.3 9.3 0.3 9.4"},
    {'-', 4, "L 0 5.6 4 5.6"},
    {'+', 5, "L 0 5.6 5 5.6 L 2.5 3.1 2.5 8.1"},
    {'/', 4, "L 4 0 0 10"},
    {'?', 5.4, "A 2.7 2.7 2.7 2.7 180 425 L 3.84 5.15 2.7 7 L 2.7 9.8 2.7 9.9"},
    {'!', 0.4, "L 0.2 0 0.2 6.6 L 0.2 9.8 0.2 9.9"},
}};
constexpr Glyph kBox{'\0', 5, "L 0 0 5 0 5 10 0 10 0 0"};

const Glyph& glyph_of(char character) {
  const auto upper = static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
  const auto* found = std::ranges::find(kGlyphs, upper, &Glyph::character);
  return found == kGlyphs.end() ? kBox : *found;
}

double next_number(std::string_view& text) {
  double number = 0;
  const char* const end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
  text.remove_prefix(usize(end - text.data()));
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return number;
}

void add_arc(std::string_view& text, std::vector<double>& out) {
  std::array<double, 6> a{};
  for (double& number : a) number = next_number(text);
  const int pieces = std::max(2, static_cast<int>(std::abs(a[5] - a[4]) / 20));
  const auto at = [&](int i) {
    const double angle = (a[4] + (a[5] - a[4]) * i / pieces) * std::numbers::pi / 180;
    return std::pair(a[0] + a[2] * std::cos(angle), a[1] + a[3] * std::sin(angle));
  };
  for (int i = 0; i < pieces; ++i) {
    const auto [x0, y0] = at(i);
    const auto [x1, y1] = at(i + 1);
    out.insert(out.end(), {x0, y0, x1, y1});
  }
}

std::vector<double> ends_of(const Glyph& glyph) {
  std::vector<double> ends;
  std::string_view text = glyph.strokes;
  while (!text.empty()) {
    const char kind = text.front();
    text.remove_prefix(2);
    if (kind == 'A') {
      add_arc(text, ends);
      continue;
    }
    double x = next_number(text), y = next_number(text);
    while (!text.empty() && text.front() != 'L' && text.front() != 'A') {
      const double to_x = next_number(text), to_y = next_number(text);
      ends.insert(ends.end(), {x, y, to_x, to_y});
      x = to_x;
      y = to_y;
    }
  }
  return ends;
}

}  // namespace

double stroke_text_width(std::string_view text, double height) {
  double width = 0;
  for (const char c : text) width += (c == ' ' ? kSpace : glyph_of(c).width) + kGap;
  return text.empty() ? 0 : (width - kGap) * height / kHeight;
}

void stroke_text(Canvas& canvas, double x, double y, std::string_view text, double height,
                 Colour colour, double weight, double opacity) {
  const double scale = height / kHeight, top = y - height / 2;
  double left = x - stroke_text_width(text, height) / 2;
  for (const char c : text) {
    if (c == ' ') {
      left += (kSpace + kGap) * scale;
      continue;
    }
    const Glyph& glyph = glyph_of(c);
    std::vector<double> ends = ends_of(glyph);
    for (std::size_t i = 0; i < ends.size(); i += 2) {
      ends[i] = left + ends[i] * scale;
      ends[i + 1] = top + ends[i + 1] * scale;
    }
    canvas.lines(ends, colour, weight * height, opacity);
    left += (glyph.width + kGap) * scale;
  }
}

}  // namespace tengen
