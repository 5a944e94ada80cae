// The 160×210 screen of the arcade games, which can be drawn in parts, and what a learner sees of
// it.
#pragma once

#include "core/canvas.hpp"
#include "core/space.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace tengen::arcade {

/// Whether all values are in [low, high]. The valid() of games asks this of every place, speed and
/// clock, so that a picture can be made of a state.
constexpr bool all_within(int low, int high, std::initializer_list<int> values) {
  for (const int value : values)
    if (value < low || value > high) return false;
  return true;
}
constexpr int kFarthest = 10'000;       ///< pixels; no place or speed of a game is larger
constexpr int kLongestClock = 1 << 30;  ///< frames

inline constexpr int kScreenWidth = 160, kScreenHeight = 210;

/// Columns [x, x + width), rows [y, y + height); empty if width or height is 0.
struct Rect {
  int x = 0, y = 0, width = 0, height = 0;

  [[nodiscard]] constexpr bool empty() const { return width <= 0 || height <= 0; }
  [[nodiscard]] constexpr int right() const { return x + width; }
  [[nodiscard]] constexpr int bottom() const { return y + height; }
  friend constexpr bool operator==(const Rect&, const Rect&) = default;
};

inline constexpr Rect kWholeScreen{0, 0, kScreenWidth, kScreenHeight};

constexpr Rect intersection(const Rect& a, const Rect& b) {
  const int x = std::max(a.x, b.x), y = std::max(a.y, b.y);
  return {x, y, std::max(0, std::min(a.right(), b.right()) - x),
          std::max(0, std::min(a.bottom(), b.bottom()) - y)};
}

constexpr bool overlap(const Rect& a, const Rect& b) { return !intersection(a, b).empty(); }

/// The smallest rectangle around both; an empty one does not count.
constexpr Rect united(const Rect& a, const Rect& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  const int x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

/// The width of a drawing for Window::figure, and the column of it that is the figure's middle.
inline constexpr int kFigureColumns = 21, kFigureMiddle = 7;

/// A game's colours; pixels are indices into it.
inline constexpr int kMaxColours = 16;
using Palette = std::array<Colour, kMaxColours>;

/// The value that a window stores for each palette index.
using Shades = std::array<std::uint8_t, kMaxColours>;
inline constexpr Shades kIndices = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// A part of the screen with one byte per pixel: its palette index, or what `shades` makes of that.
/// Drawing is in screen coordinates and clipped to the part, so that a game draws itself the same
/// way into every part.
class Window {
 public:
  /// `area` lies within the screen. Pixels are undefined until a game has painted all of them.
  explicit Window(const Rect& area, const Shades& shades = kIndices)
      : area_(area), shades_(shades) {}

  [[nodiscard]] const Rect& area() const { return area_; }
  /// Row y of the screen from column area().x on.
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return pixels_ + (y - area_.y) * area_.width;
  }

  void fill(const Rect& rect, std::uint8_t colour) {
    const Rect part = intersection(rect, area_);
    std::uint8_t* at = pixels_ + (part.y - area_.y) * area_.width + (part.x - area_.x);
    const std::uint8_t shade = shades_[colour];
    if (part.width == area_.width) {  // whole rows follow each other
      std::fill_n(at, part.height * part.width, shade);
      return;
    }
    for (int y = 0; y < part.height; ++y, at += area_.width) std::fill_n(at, part.width, shade);
  }
  /// Draws a decimal digit, 0…9, of three by five cells stretched over `rect`.
  void digit(const Rect& rect, int value, std::uint8_t colour);
  /// Draws rows of up to eight pixels, one bit per pixel: bit 7 is leftmost, and the first row's
  /// bit 7 is at (x, y) of the screen. Bits that are 0 are transparent.
  void sprite(int x, int y, std::span<const std::uint8_t> rows, std::uint8_t colour);
  /// Draws rows of kFigureColumns values of three bits each, column 0 in the lowest bits. The value
  /// 0 is transparent, and value v has colours[v]. The rows are stretched over rows y to
  /// y + height − 1 of the screen. The figure's middle column, kFigureMiddle, is at column x;
  /// direction −1 mirrors the figure about it.
  void figure(int x, int y, int height, int direction, std::span<const std::uint64_t> rows,
              std::span<const std::uint8_t, 8> colours);

 private:
  Rect area_;
  Shades shades_;
  std::uint8_t pixels_[kScreenWidth * kScreenHeight];  // NOLINT: undefined on purpose
};

/// The format of a learner's picture: `size` is 84 or 42, `channels` 1 (luminance) or 3 (RGB).
struct Format {
  int size = 84;
  int channels = 1;

  [[nodiscard]] Shape shape() const {
    return channels == 1 ? Shape{size, size} : Shape{channels, size, size};
  }
  friend constexpr bool operator==(const Format&, const Format&) = default;
};

/// Grey as OpenCV makes it of RGB: 0.299 R + 0.587 G + 0.114 B in 15-bit fixed point, rounded.
constexpr std::uint8_t luminance(const Colour& c) {
  return static_cast<std::uint8_t>((c.red * 9798 + c.green * 19235 + c.blue * 3735 + (1 << 14)) >>
                                   15);
}

/// Four tables, for luminance, red, green and blue, of the channel-wise maximum of two pixels; the
/// index is older · kMaxColours + newer.
using MixTable = std::array<std::array<std::uint8_t, kMaxColours * kMaxColours>, 4>;

constexpr MixTable mix_table(const Palette& palette) {
  MixTable table{};
  for (std::size_t i = 0; i < kMaxColours * kMaxColours; ++i) {
    const Colour &a = palette[i / kMaxColours], &b = palette[i % kMaxColours];
    const Colour c{std::max(a.red, b.red), std::max(a.green, b.green), std::max(a.blue, b.blue)};
    table[0][i] = luminance(c);
    table[1][i] = c.red;
    table[2][i] = c.green;
    table[3][i] = c.blue;
  }
  return table;
}

/// The luminance, red, green and blue of each single colour, taken from `mix`.
constexpr std::array<Shades, 4> shades_of(const MixTable& mix) {
  std::array<Shades, 4> shades{};
  for (std::size_t channel = 0; channel < 4; ++channel)
    for (std::size_t i = 0; i < kMaxColours; ++i)
      shades[channel][i] = mix[channel][i * kMaxColours + i];
  return shades;
}

/// The cells of a size × size picture that depend on pixels of `area`.
Rect cells_over(const Rect& area, int size);
/// The pixels that these cells depend on.
Rect pixels_under(const Rect& cells, int size);

/// Writes `cells` of the picture: the maximum of two frames, grey or RGB, shrunk by pixel area
/// (OpenCV's INTER_AREA in exact arithmetic, halves rounded up). Both windows are
/// pixels_under(cells). `out` is the whole picture of format.shape().
void develop(const Window& older, const Window& newer, const MixTable& mix, const Format& format,
             const Rect& cells, std::span<std::uint8_t> out);
/// The same for a single frame, one channel at a time, and faster: `shaded` was drawn with the
/// shades of that channel (shades_of), and `channel` has size × size bytes.
void develop(const Window& shaded, int size, const Rect& cells, std::span<std::uint8_t> channel);

}  // namespace tengen::arcade
