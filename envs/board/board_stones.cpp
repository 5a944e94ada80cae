#include "core/usize.hpp"
#include "envs/board/board_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tengen::parts {
namespace {

struct Material {
  std::array<double, 3> ambient, diffuse;  // red, green, blue of 255
  double shine, sharpness;                 // the highlight's height and narrowness
  double stripes;                          // growth lines of a shell
};
constexpr Material kSlate{{15, 16, 19}, {40, 41, 44}, 92, 14, 0};
constexpr Material kShell{{184, 181, 174}, {72, 72, 74}, 26, 18, 1.7};
constexpr Material kRed{{120, 20, 22}, {100, 30, 28}, 60, 24, 0};
constexpr Material kYellow{{186, 136, 14}, {62, 66, 30}, 50, 24, 0};

const Material& material_of(BoardStyle style, int owner) {
  if (style == BoardStyle::kRack) return owner > 0 ? kRed : kYellow;
  return owner > 0 ? kSlate : kShell;
}

struct Vector {
  double x, y, z;
};
double dot(const Vector& a, const Vector& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vector unit(const Vector& v) {
  const double length = std::sqrt(dot(v, v));
  return {v.x / length, v.y / length, v.z / length};
}

std::uint8_t byte(double v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0, 255.0) + 0.5); }

// Calls shade(dx, dy) for offsets from the middle, in pixels; it returns {r, g, b, cover in 0 … 1}.
template <class F>
BoardPainter::Sprite sprite(double reach, F&& shade) {
  const int half = static_cast<int>(std::ceil(reach));
  BoardPainter::Sprite result{2 * half + 1, {}};
  result.rgba.reserve(usize(4 * result.size * result.size));
  for (int y = -half; y <= half; ++y)
    for (int x = -half; x <= half; ++x) {
      const std::array<double, 4> c = shade(x, y);
      for (int i = 0; i < 3; ++i) result.rgba.push_back(byte(c[usize(i)]));
      result.rgba.push_back(byte(255 * c[3]));
    }
  return result;
}

}  // namespace

BoardPainter::Sprite make_stone(BoardStyle style, int owner, double cell) {
  const Material& stuff = material_of(style, owner);
  const double radius = std::max(kStone * cell, 0.7);
  const Vector light = unit({-0.42, -0.58, 0.70}), between = unit({light.x, light.y, light.z + 1});
  return sprite(radius + 1, [&](double dx, double dy) -> std::array<double, 4> {
    const double distance = std::sqrt(dx * dx + dy * dy);
    const double cover = std::clamp(radius + 0.5 - distance, 0.0, 1.0);
    // The rim's own pixels are shaded as if they were just inside it.
    const double inside = std::min(1.0, 0.985 * radius / std::max(distance, 1e-9));
    const double u = dx * inside / radius, v = dy * inside / radius;
    // A lens, not a ball: its middle is nearly flat.
    const Vector normal =
        unit({0.8 * u, 0.8 * v, std::sqrt(std::max(0.0, 1 - u * u - v * v)) + 0.22});
    const double lit = std::max(0.0, dot(normal, light));
    const double gleam = std::pow(std::max(0.0, dot(normal, between)), stuff.sharpness);
    const double stripe =
        stuff.stripes * std::sin((u + 0.35 * v + 0.3 * v * v) * 15) * (cell >= 24 ? 1 : 0);
    std::array<double, 4> c{0, 0, 0, cover};
    for (std::size_t i = 0; i < 3; ++i)
      c[i] = stuff.ambient[i] + stuff.diffuse[i] * lit + stuff.shine * gleam + stripe;
    return c;
  });
}

BoardPainter::Sprite make_shadow(double cell) {
  const double radius = kStone * cell, soft = 0.30 * radius + 0.5;
  return sprite(radius + soft, [&](double dx, double dy) -> std::array<double, 4> {
    const double t =
        std::clamp((radius + soft - std::sqrt(dx * dx + dy * dy)) / (2 * soft), 0.0, 1.0);
    return {26, 14, 4, 0.62 * t * t * (3 - 2 * t)};
  });
}

void lay(const BoardPainter::Sprite& sprite, double x, double y, double opacity, Canvas& canvas) {
  const int left = static_cast<int>(std::floor(x)) - sprite.size / 2;
  const int top = static_cast<int>(std::floor(y)) - sprite.size / 2;
  const int x_begin = std::max(0, -left), x_end = std::min(sprite.size, canvas.width() - left);
  const int y_begin = std::max(0, -top), y_end = std::min(sprite.size, canvas.height() - top);
  const int strength = static_cast<int>(std::clamp(opacity, 0.0, 1.0) * 256 + 0.5);
  const std::span<std::uint8_t> pixels = canvas.rgb();
  for (int row = y_begin; row < y_end; ++row) {
    const std::uint8_t* from = &sprite.rgba[usize(4 * (row * sprite.size + x_begin))];
    std::size_t to = 3 * (usize(top + row) * usize(canvas.width()) + usize(left + x_begin));
    for (int column = x_begin; column < x_end; ++column, from += 4, to += 3) {
      const int cover = from[3] * strength;  // of 255 · 256
      for (std::size_t i = 0; i < 3; ++i) {
        const int below = pixels[to + i];
        pixels[to + i] =
            static_cast<std::uint8_t>(below + ((from[i] - below) * cover + 32640) / 65280);
      }
    }
  }
}

void wash(Canvas& canvas, double left, double top, double right, double bottom, Colour colour,
          double opacity) {
  const auto whole = [](double v, int limit) {
    return std::clamp(static_cast<int>(std::floor(v + 0.5)), 0, limit);
  };
  const int x0 = whole(left, canvas.width()), x1 = whole(right, canvas.width());
  const std::array<int, 3> above{colour.red, colour.green, colour.blue};
  const int strength = static_cast<int>(std::clamp(opacity, 0.0, 1.0) * 256 + 0.5);
  for (int y = whole(top, canvas.height()); y < whole(bottom, canvas.height()); ++y) {
    std::uint8_t* p =
        canvas.rgb().data() + 3 * (static_cast<std::ptrdiff_t>(y) * canvas.width() + x0);
    for (int x = x0; x < x1; ++x)
      for (std::size_t i = 0; i < 3; ++i, ++p)
        *p = static_cast<std::uint8_t>(*p + ((above[i] - *p) * strength + 128) / 256);
  }
}

}  // namespace tengen::parts
