// A picture in memory: what environments draw for people, and what viewer, clips and contact sheets
// show.
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

/// height × width RGB bytes, row 0 at the top. Drawing is clipped to the picture.
class Canvas {
 public:
  Canvas() = default;
  Canvas(int width, int height, Colour fill = {}) { reset(width, height, fill); }
  /// Keeps the memory where the size stays.
  void reset(int width, int height, Colour fill = {});

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::span<std::uint8_t> rgb() { return pixels_; }
  [[nodiscard]] std::span<const std::uint8_t> rgb() const { return pixels_; }
  [[nodiscard]] Colour at(int x, int y) const;

  void fill(int x, int y, int width, int height, Colour colour);
  void line(double x0, double y0, double x1, double y1, Colour colour, double thickness = 1);
  void disc(double x, double y, double radius, Colour colour);  ///< anti-aliased
  void polygon(std::span<const double> xy, Colour colour);      ///< convex, x0 y0 x1 y1 …
  /// A 5×7 pixel font at integer scale, ASCII.
  void text(int x, int y, std::string_view text, Colour colour, int scale = 1);
  /// Copies `source` here, scaled to width × height by nearest neighbour.
  void blit(const Canvas& source, int x, int y, int width, int height);

  /// Throws Error if the file cannot be written.
  void write_png(const std::filesystem::path& path) const;

 private:
  int width_ = 0, height_ = 0;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace tengen
