// A picture in memory: environments draw it for people; the viewer, clips and contact sheets show
// it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace tengen {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const Colour&, const Colour&) = default;
};

/// A picture has height × width RGB bytes, row 0 at the top. Drawing is clipped to the picture;
/// sizes of zero or less and coordinates that are not numbers draw nothing.
///
/// Coordinates of shapes are continuous: pixel (i, j) is the square from (i, j) to (i + 1, j + 1),
/// so a crisp line one pixel wide runs through y + 0.5.
class Canvas {
 public:
  Canvas() = default;
  /// Both sizes are ≥ 0.
  Canvas(int width, int height, Colour fill = {}) { reset(width, height, fill); }
  /// Keeps the memory where the size stays the same.
  void reset(int width, int height, Colour fill = {});

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::span<std::uint8_t> rgb() { return pixels_; }
  [[nodiscard]] std::span<const std::uint8_t> rgb() const { return pixels_; }
  /// (x, y) must lie inside.
  [[nodiscard]] Colour at(int x, int y) const;

  void fill(int x, int y, int width, int height, Colour colour);
  // Shapes are anti-aliased and let through what is below them by 1 − opacity.
  /// The ends are round.
  void line(double x0, double y0, double x1, double y1, Colour colour, double thickness = 1,
            double opacity = 1);
  /// Draws many at once, given by x0 y0 x1 y1 each; where they overlap they are painted once, as
  /// one shape.
  void lines(std::span<const double> ends, Colour colour, double thickness = 1, double opacity = 1);
  void disc(double x, double y, double radius, Colour colour, double opacity = 1);
  /// The polygon is convex, its corners x0 y0 x1 y1 … go round in either direction.
  void polygon(std::span<const double> xy, Colour colour, double opacity = 1);
  /// Writes in an ASCII font of 5×7 pixels at an integer scale, from the top left corner (x, y) on.
  /// '\n' starts a line kLineHeight below; what is not printable ASCII is a box.
  void text(int x, int y, std::string_view text, Colour colour, int scale = 1);
  /// Copies `source`, another canvas, here, scaled to width × height by nearest neighbour.
  void blit(const Canvas& source, int x, int y, int width, int height);

  /// Throws Error if the file cannot be written. The canvas must not be empty.
  void write_png(const std::filesystem::path& path) const;

  static constexpr int kCharWidth = 6;   ///< pixels from one character to the next, at scale 1
  static constexpr int kLineHeight = 9;  ///< pixels from one line to the next, at scale 1

 private:
  // Blends `colour` over every pixel of the box by coverage(x, y) at the pixel's centre, at most 1,
  // times `opacity`.
  template <class F>
  void shade(double left, double top, double right, double bottom, Colour colour, double opacity,
             F&& coverage);
  void glyph(int x, int y, unsigned char character, Colour colour, int scale);

  int width_ = 0, height_ = 0;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace tengen
