#include "core/canvas.hpp"

#include "core/check.hpp"
#include "core/system/file.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>

namespace tengen {
namespace {

// Six bands of sixteen characters, from the space to '~' and a box for everything else.
constexpr int kGlyphWidth = 5, kGlyphHeight = 7, kGlyphsPerBand = 16;
constexpr int kFontStride = kGlyphsPerBand * (kGlyphWidth + 1);
constexpr std::string_view kFont = R"(
..... ..#.. .#.#. .#.#. ..#.. ##... .##.. ..#.. ...#. .#... ..... ..... ..... ..... ..... .....
..... ..#.. .#.#. .#.#. .#### ##..# #..#. ..#.. ..#.. ..#.. ..#.. ..#.. ..... ..... ..... ....#
..... ..#.. .#.#. ##### #.#.. ...#. #.#.. .#... .#... ...#. #.#.# ..#.. ..... ..... ..... ...#.
..... ..#.. ..... .#.#. .###. ..#.. .#... ..... .#... ...#. .###. ##### ..... ##### ..... ..#..
..... ..#.. ..... ##### ..#.# .#... #.#.# ..... .#... ...#. #.#.# ..#.. .##.. ..... ..... .#...
..... ..... ..... .#.#. ####. #..## #..#. ..... ..#.. ..#.. ..#.. ..#.. ..#.. ..... .##.. #....
..... ..#.. ..... .#.#. ..#.. ...## .##.# ..... ...#. .#... ..... ..... .#... ..... .##.. .....
.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###. ..... ..... ...#. ..... .#... .###.
#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...# .##.. .##.. ..#.. ..... ..#.. #...#
#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...# .##.. .##.. .#... ##### ...#. ....#
#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .#### ..... ..... #.... ..... ....# ...#.
##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....# .##.. .##.. .#... ##### ...#. ..#..
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#. .##.. ..#.. ..#.. ..... ..#.. .....
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##.. ..... .#... ...#. ..... .#... ..#..
.###. .###. ####. .###. ###.. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###.
#...# #...# #...# #...# #..#. #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## #...# #...#
#.### #...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# ##..# #...#
#.#.# #...# ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.# #.#.# #...#
#.### ##### #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #..## #...#
#.... #...# #...# #...# #..#. #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #...# #...#
.###. #...# ####. .###. ###.. ##### #.... .#### #...# .###. .##.. #...# ##### #...# #...# .###.
####. .###. ####. .#### ##### #...# #...# #...# #...# #...# ##### .###. ..... .###. ..#.. .....
#...# #...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....# .#... #.... ...#. .#.#. .....
#...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. #...# ...#. .#... .#... ...#. #...# .....
####. #...# ####. .###. ..#.. #...# #...# #.#.# ..#.. .#.#. ..#.. .#... ..#.. ...#. ..... .....
#.... #.#.# #.#.. ....# ..#.. #...# #...# #.#.# .#.#. ..#.. .#... .#... ...#. ...#. ..... .....
#.... #..#. #..#. ....# ..#.. #...# .#.#. #.#.# #...# ..#.. #.... .#... ....# ...#. ..... .....
#.... .##.# #...# ####. ..#.. .###. ..#.. .#.#. #...# ..#.. ##### .###. ..... .###. ..... #####
.#... ..... #.... ..... ....# ..... ..##. ..... #.... ..#.. ...#. #.... .##.. ..... ..... .....
..#.. ..... #.... ..... ....# ..... .#..# .#### #.... ..... ..... #.... ..#.. ..... ..... .....
...#. .###. #.##. .###. .##.# .###. .#... #...# #.##. .##.. ..##. #..#. ..#.. ##.#. #.##. .###.
..... ....# ##..# #.... #..## #...# ###.. #...# ##..# ..#.. ...#. #.#.. ..#.. #.#.# ##..# #...#
..... .#### #...# #.... #...# ##### .#... .#### #...# ..#.. ...#. ##... ..#.. #.#.# #...# #...#
..... #...# #...# #...# #...# #.... .#... ....# #...# ..#.. #..#. #.#.. ..#.. #...# #...# #...#
..... .#### ####. .###. .#### .###. .#... .###. #...# .###. .##.. #..#. .###. #...# #...# .###.
..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ...#. ..#.. .#... ..... #####
..... ..... ..... ..... .#... ..... ..... ..... ..... ..... ..... ..#.. ..#.. ..#.. ..... #...#
####. .##.# #.##. .###. ###.. #...# #...# #...# #...# #...# ##### ..#.. ..#.. ..#.. .#... #...#
#...# #..## ##..# #.... .#... #...# #...# #...# .#.#. #...# ...#. .#... ..#.. ...#. #.#.# #...#
####. .#### #.... .###. .#... #...# #...# #.#.# ..#.. .#### ..#.. ..#.. ..#.. ..#.. ...#. #...#
#.... ....# #.... ....# .#..# #..## .#.#. #.#.# .#.#. ....# .#... ..#.. ..#.. ..#.. ..... #...#
#.... ....# #.... ####. ..##. .##.# ..#.. .#.#. #...# .###. ##### ...#. ..#.. .#... ..... #####
)";
static_assert(kFont.size() == 1 + 6 * kGlyphHeight * kFontStride);

bool lit(int glyph, int column, int row) {
  const int line = glyph / kGlyphsPerBand * kGlyphHeight + row;
  const int place = glyph % kGlyphsPerBand * (kGlyphWidth + 1) + column;
  return kFont[usize(1 + line * kFontStride + place)] == '#';
}

// v as an int in [low, high]; what is not a number becomes low.
int clamped(double v, int low, int high) {
  if (!(v > low)) return low;
  return v < high ? static_cast<int>(v) : high;
}

std::uint8_t mix(std::uint8_t below, std::uint8_t above, double coverage) {
  return static_cast<std::uint8_t>(std::lround(below + (above - below) * coverage));
}

// The part of [at, at + size) inside [0, limit), in 64 bits so that no sum overflows.
struct Range {
  int begin, end;
};
Range clip(int at, int size, int limit) {
  const std::int64_t end = std::int64_t{at} + size;
  return {std::clamp(at, 0, limit), static_cast<int>(std::clamp<std::int64_t>(end, 0, limit))};
}

}  // namespace

void Canvas::reset(int width, int height, Colour colour) {
  TENGEN_CHECK(width >= 0 && height >= 0, "a canvas of {} × {}", width, height);
  width_ = width;
  height_ = height;
  pixels_.resize(usize(width) * usize(height) * 3);
  fill(0, 0, width, height, colour);
}

Colour Canvas::at(int x, int y) const {
  TENGEN_CHECK(x >= 0 && x < width_ && y >= 0 && y < height_, "({}, {}) of {} × {}", x, y, width_,
               height_);
  const std::uint8_t* p = &pixels_[(usize(y) * usize(width_) + usize(x)) * 3];
  return {p[0], p[1], p[2]};
}

void Canvas::fill(int x, int y, int width, int height, Colour colour) {
  const Range columns = clip(x, width, width_), rows = clip(y, height, height_);
  if (columns.begin >= columns.end || rows.begin >= rows.end) return;
  const std::size_t stride = usize(width_) * 3;
  const auto first = usize(columns.begin) * 3;
  const auto bytes = usize(columns.end - columns.begin) * 3;
  std::uint8_t* const top = pixels_.data() + usize(rows.begin) * stride + first;
  for (std::size_t i = 0; i < bytes; i += 3) {
    top[i] = colour.red;
    top[i + 1] = colour.green;
    top[i + 2] = colour.blue;
  }
  for (int row = rows.begin + 1; row < rows.end; ++row)
    std::memcpy(top + usize(row - rows.begin) * stride, top, bytes);
}

template <class F>
void Canvas::shade(double left, double top, double right, double bottom, Colour colour,
                   double opacity, F&& coverage) {
  const int x_end = clamped(std::ceil(right), 0, width_);
  const int y_end = clamped(std::ceil(bottom), 0, height_);
  for (int y = clamped(std::floor(top), 0, height_); y < y_end; ++y) {
    for (int x = clamped(std::floor(left), 0, width_); x < x_end; ++x) {
      const double part = std::min(1.0, coverage(x + 0.5, y + 0.5)) * opacity;
      if (!(part > 0)) continue;
      std::uint8_t* p = &pixels_[(usize(y) * usize(width_) + usize(x)) * 3];
      p[0] = mix(p[0], colour.red, part);
      p[1] = mix(p[1], colour.green, part);
      p[2] = mix(p[2], colour.blue, part);
    }
  }
}

void Canvas::line(double x0, double y0, double x1, double y1, Colour colour, double thickness,
                  double opacity) {
  lines(std::array{x0, y0, x1, y1}, colour, thickness, opacity);
}

void Canvas::lines(std::span<const double> ends, Colour colour, double thickness, double opacity) {
  TENGEN_CHECK(ends.size() % 4 == 0);
  if (!(thickness > 0) || ends.empty()) return;
  const double reach = thickness / 2 + 0.5;
  double left = ends[0], top = ends[1], right = left, bottom = top;
  for (std::size_t i = 0; i < ends.size(); i += 2) {
    left = std::min(left, ends[i]);
    right = std::max(right, ends[i]);
    top = std::min(top, ends[i + 1]);
    bottom = std::max(bottom, ends[i + 1]);
  }
  const auto from_one = [](std::span<const double, 4> end, double x, double y) {
    const double dx = end[2] - end[0], dy = end[3] - end[1], squared = dx * dx + dy * dy;
    const double along = ((x - end[0]) * dx + (y - end[1]) * dy) / squared;
    const double t = squared > 0 ? std::clamp(along, 0.0, 1.0) : 0;
    const double ex = x - end[0] - t * dx, ey = y - end[1] - t * dy;
    return ex * ex + ey * ey;
  };
  shade(left - reach, top - reach, right + reach, bottom + reach, colour, opacity,
        [&](double x, double y) {
          double nearest = from_one(ends.first<4>(), x, y);
          for (std::size_t i = 4; i < ends.size(); i += 4)
            nearest = std::min(nearest, from_one(ends.subspan(i).first<4>(), x, y));
          // A line thinner than a pixel covers no more of it than its thickness.
          return std::min(thickness, reach - std::sqrt(nearest));
        });
}

void Canvas::disc(double x, double y, double radius, Colour colour, double opacity) {
  if (!(radius > 0)) return;
  const double reach = radius + 0.5;
  shade(x - reach, y - reach, x + reach, y + reach, colour, opacity, [&](double px, double py) {
    return std::min(2 * radius, reach - std::sqrt((px - x) * (px - x) + (py - y) * (py - y)));
  });
}

void Canvas::polygon(std::span<const double> xy, Colour colour, double opacity) {
  TENGEN_CHECK(xy.size() % 2 == 0);
  const std::size_t n = xy.size() / 2;
  if (n < 3) return;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double area = 0, left = kInfinity, top = kInfinity, right = -kInfinity, bottom = -kInfinity;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t next = (i + 1) % n;
    area += xy[2 * i] * xy[2 * next + 1] - xy[2 * next] * xy[2 * i + 1];
    left = std::min(left, xy[2 * i]);
    right = std::max(right, xy[2 * i]);
    top = std::min(top, xy[2 * i + 1]);
    bottom = std::max(bottom, xy[2 * i + 1]);
  }
  if (area == 0) return;
  const double direction = area > 0 ? 1 : -1;
  // The inside lies on the same side of every edge: the nearest edge decides.
  shade(left - 0.5, top - 0.5, right + 0.5, bottom + 0.5, colour, opacity, [&](double x, double y) {
    double part = 1;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t next = (i + 1) % n;
      const double dx = xy[2 * next] - xy[2 * i], dy = xy[2 * next + 1] - xy[2 * i + 1];
      const double length = std::sqrt(dx * dx + dy * dy);
      if (length == 0) continue;
      const double inside = (dx * (y - xy[2 * i + 1]) - dy * (x - xy[2 * i])) * direction / length;
      part = std::min(part, inside + 0.5);
    }
    return part;
  });
}

void Canvas::glyph(int x, int y, unsigned char character, Colour colour, int scale) {
  if (x >= width_ || y >= height_) return;
  const bool printable = character >= ' ' && character <= '~';
  const int index = (printable ? character : 127) - ' ';
  for (int row = 0; row < kGlyphHeight; ++row)
    for (int column = 0; column < kGlyphWidth; ++column)
      if (lit(index, column, row)) fill(x + column * scale, y + row * scale, scale, scale, colour);
}

void Canvas::text(int x, int y, std::string_view text, Colour colour, int scale) {
  const int left = x;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      x = left;
      y += kLineHeight * scale;
    } else if ((byte & 0xC0) != 0x80) {  // one box a character, not one a byte of UTF-8
      glyph(x, y, byte, colour, scale);
      if (x < width_) x += kCharWidth * scale;
    }
  }
}

void Canvas::blit(const Canvas& source, int x, int y, int width, int height) {
  TENGEN_CHECK(&source != this);
  if (source.pixels_.empty()) return;
  const Range columns = clip(x, width, width_), rows = clip(y, height, height_);
  for (int row = rows.begin; row < rows.end; ++row) {
    const std::int64_t from_row = std::int64_t{row - y} * source.height_ / height;
    const std::uint8_t* from = source.pixels_.data() + from_row * source.width_ * 3;
    std::uint8_t* to = pixels_.data() + (std::int64_t{row} * width_ + columns.begin) * 3;
    for (int column = columns.begin; column < columns.end; ++column, to += 3)
      std::memcpy(to, from + std::int64_t{column - x} * source.width_ / width * 3, 3);
  }
}

void Canvas::write_png(const std::filesystem::path& path) const {
  TENGEN_CHECK(!pixels_.empty(), "an empty canvas cannot be '{}'", path.string());
  std::vector<std::byte> file;
  const auto append = [](void* context, void* data, int size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    static_cast<std::vector<std::byte>*>(context)->assign(bytes, bytes + size);
  };
  if (!stbi_write_png_to_func(append, &file, width_, height_, 3, pixels_.data(), width_ * 3))
    throw Error("cannot encode '{}' as PNG: out of memory", path.string());
  write_file_atomically(path, file);
}

}  // namespace tengen
