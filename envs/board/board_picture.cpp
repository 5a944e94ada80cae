#include "envs/board/board_picture.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "envs/board/board_parts.hpp"
#include "envs/board/stroke_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tengen {
namespace {

constexpr double kHexRow = 0.8660254037844386;  // √3 / 2: from one row of hexagons to the next
constexpr Colour kInk{20, 18, 22}, kChalk{250, 248, 242}, kRed{206, 44, 40};

struct Extent {
  double width, height;  // in cells, without margins
};
Extent extent_of(const BoardPicture& picture) {
  if (picture.style != BoardStyle::kHex)
    return {static_cast<double>(picture.columns), static_cast<double>(picture.rows)};
  return {picture.columns + 0.5 * (picture.rows - 1), kHexRow * (picture.rows - 1) + 1.16};
}

// The width of the margin on each side, in cells.
double margin_of(const BoardPicture& picture, bool letters) {
  return (letters ? 0.72 : 0.28) + (picture.style == BoardStyle::kHex ? 0.2 : 0);
}

}  // namespace

BoardLayout::BoardLayout(const BoardPicture& picture, int width, int height)
    : style_(picture.style), rows_(picture.rows), columns_(picture.columns) {
  TENGEN_CHECK(rows_ >= 1 && columns_ >= 1 && width >= 1 && height >= 1,
               "a board of {} × {} in {} × {} pixels", columns_, rows_, width, height);
  const Extent extent = extent_of(picture);
  const auto fit = [&](bool letters) {
    const double margin = 2 * margin_of(picture, letters);
    const double cell =
        std::min(width / (extent.width + margin), height / (extent.height + margin));
    return cell >= 8 ? std::floor(cell) : cell;
  };
  constexpr double kSmallestCell = 17;  // whose letters can be read
  const bool letters = picture.coordinates && fit(true) >= kSmallestCell;
  cell_ = fit(letters);
  if (letters) letters_ = std::min(0.3 * cell_, 20.0);
  const Extent middles{extent.width - 1,
                       style_ == BoardStyle::kHex ? extent.height - 1.16 : extent.height - 1};
  left_ = std::floor((width - middles.width * cell_) / 2) + 0.5;
  top_ = std::floor((height - middles.height * cell_) / 2) + 0.5;
}

double BoardLayout::x(int point) const {
  const double shift = style_ == BoardStyle::kHex ? 0.5 * (point / columns_) : 0;
  return left_ + (point % columns_ + shift) * cell_;
}

double BoardLayout::y(int point) const {
  return top_ + point / columns_ * (style_ == BoardStyle::kHex ? kHexRow : 1) * cell_;
}

int BoardLayout::point_at(double px, double py) const {
  const double step = style_ == BoardStyle::kHex ? kHexRow * cell_ : cell_;
  int row = static_cast<int>(std::floor((py - top_) / step + 0.5));
  if (style_ == BoardStyle::kRack && row >= -1 && row <= rows_) row = 0;
  if (row < 0 || row >= rows_) return -1;
  const int column = static_cast<int>(std::floor((px - x(row * columns_)) / cell_ + 0.5));
  return column < 0 || column >= columns_ ? -1 : row * columns_ + column;
}

double board_aspect(const BoardPicture& picture) {
  const Extent extent = extent_of(picture);
  const double margin = 2 * margin_of(picture, picture.coordinates);
  return (extent.width + margin) / (extent.height + margin);
}

std::vector<BoardSpot> spots_of_shares(std::span<const float> shares, float least) {
  std::vector<BoardSpot> spots;
  const float largest = shares.empty() ? 0 : *std::ranges::max_element(shares);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (!(shares[i] >= least)) continue;
    const float percent = 100 * shares[i];
    // The root spreads what would otherwise be one warm spot among many that look alike.
    spots.push_back(
        {static_cast<int>(i), std::sqrt(shares[i] / largest),
         percent < 9.95F ? fmt::format("{:.1f}", percent) : fmt::format("{:.0f}", percent), false});
  }
  return spots;
}

namespace {

// From cold blue over green and amber to red.
Colour heat_colour(double heat) {
  constexpr std::array<Colour, 5> kRamp{
      {{64, 116, 190}, {58, 160, 164}, {112, 178, 76}, {240, 186, 56}, {228, 84, 58}}};
  const double at = std::clamp(heat, 0.0, 1.0) * (kRamp.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), kRamp.size() - 2);
  return parts::mix(kRamp[below], kRamp[below + 1], at - static_cast<double>(below));
}

// Draws everything above the ground, from the bottom up.
class Overlay {
 public:
  Overlay(const BoardPicture& picture, const BoardLayout& layout, Canvas& out)
      : picture_(picture), layout_(layout), out_(out), cell_(layout.cell()) {}

  void tint();
  void stones(const BoardPainter::Sprite& shadow, const BoardPainter::Sprite* stone);
  void owners();
  void spots();
  void variation(const BoardPainter::Sprite& shadow, const BoardPainter::Sprite* stone);
  void marks();
  void last();
  void hover(const BoardPainter::Sprite* stone);

 private:
  [[nodiscard]] bool inside(int point) const {
    return point >= 0 && point < picture_.rows * picture_.columns;
  }
  [[nodiscard]] int owner(int point) const {
    return picture_.stones.empty() ? 0 : picture_.stones[usize(point)];
  }
  [[nodiscard]] bool covered(int point) const {
    return std::ranges::count(picture_.variation, point, &BoardGhost::point) > 0;
  }
  // What can be read on what lies at a point.
  [[nodiscard]] Colour ink(int owner) const {
    if (picture_.style == BoardStyle::kRack) return kInk;
    return owner > 0 ? kChalk : kInk;
  }
  void stone(int point, int owner, const BoardPainter::Sprite* sprites, double opacity);
  void square(int point, double half, Colour colour, double opacity);
  void ring(double x, double y, double radius, double thickness, Colour colour, double opacity);
  void label(int point, std::string_view text, Colour colour, double height);

  const BoardPicture& picture_;
  const BoardLayout& layout_;
  Canvas& out_;
  double cell_;
};

void Overlay::square(int point, double half, Colour colour, double opacity) {
  const double x = layout_.x(point), y = layout_.y(point);
  parts::wash(out_, x - half, y - half, x + half, y + half, colour, opacity);
}

void Overlay::ring(double x, double y, double radius, double thickness, Colour colour,
                   double opacity) {
  constexpr int kPieces = 40;
  std::array<double, 4 * kPieces> ends{};
  for (int i = 0; i < kPieces; ++i)
    for (int end = 0; end < 2; ++end) {
      const double angle = 2 * 3.14159265358979 * (i + end) / kPieces;
      ends[usize(4 * i + 2 * end)] = x + radius * std::cos(angle);
      ends[usize(4 * i + 2 * end + 1)] = y + radius * std::sin(angle);
    }
  out_.lines(ends, colour, thickness, opacity);
}

void Overlay::label(int point, std::string_view text, Colour colour, double height) {
  const double wanted = stroke_text_width(text, height), room = 0.76 * cell_;
  stroke_text(out_, layout_.x(point), layout_.y(point), text,
              wanted > room ? height * room / wanted : height, colour);
}

// Tints each cell with its owner's colour.
void Overlay::tint() {
  for (int point = 0; point < static_cast<int>(picture_.ownership.size()); ++point) {
    const double owned = picture_.ownership[usize(point)];
    if (!(std::abs(owned) > 0.04)) continue;
    const Colour colour = owned > 0 ? Colour{18, 14, 12} : Colour{255, 252, 244};
    square(point, 0.5 * cell_, colour, (owned > 0 ? 0.34 : 0.44) * std::min(1.0, std::abs(owned)));
  }
}

void Overlay::stone(int point, int owner, const BoardPainter::Sprite* sprites, double opacity) {
  const double x = layout_.x(point), y = layout_.y(point);
  if (picture_.style != BoardStyle::kMarks)
    return parts::lay(sprites[owner > 0 ? 0 : 1], x, y, opacity, out_);
  const double reach = 0.27 * cell_, pen = 0.11 * cell_;
  if (owner > 0)
    out_.lines(std::array{x - reach, y - reach, x + reach, y + reach, x - reach, y + reach,
                          x + reach, y - reach},
               {44, 38, 40}, pen, opacity);
  else
    ring(x, y, 1.08 * reach, pen, {168, 46, 38}, opacity);
}

void Overlay::stones(const BoardPainter::Sprite& shadow, const BoardPainter::Sprite* sprites) {
  const int points = static_cast<int>(picture_.stones.size());
  const bool casts = picture_.style != BoardStyle::kMarks && picture_.style != BoardStyle::kRack;
  for (int point = 0; casts && point < points; ++point)
    if (owner(point) != 0)
      parts::lay(shadow, layout_.x(point) + 0.05 * cell_, layout_.y(point) + 0.085 * cell_, 1,
                 out_);
  for (int point = 0; point < points; ++point)
    if (owner(point) != 0) stone(point, owner(point), sprites, 1);
}

// Draws squares on points without a stone of their owner.
void Overlay::owners() {
  for (int point = 0; point < static_cast<int>(picture_.ownership.size()); ++point) {
    const double owned = picture_.ownership[usize(point)];
    const double size = std::min(1.0, std::abs(owned));
    if (!(size > 0.12) || owner(point) * owned > 0) continue;
    square(point, std::max(0.8, 0.14 * cell_ * size), owned > 0 ? kInk : kChalk, 0.55 + 0.4 * size);
  }
}

void Overlay::spots() {
  for (const BoardSpot& spot : picture_.spots) {
    if (!inside(spot.point) || covered(spot.point)) continue;
    const double x = layout_.x(spot.point), y = layout_.y(spot.point);
    out_.disc(x, y, 0.46 * cell_, heat_colour(spot.heat),
              0.5 + 0.42 * std::clamp<double>(spot.heat, 0, 1));
    if (spot.best) ring(x, y, 0.44 * cell_, std::max(1.0, 0.06 * cell_), kChalk, 0.95);
    if (spot.text.empty() || cell_ < 19) continue;
    const std::size_t end = spot.text.find('\n');
    const std::string_view first(spot.text.data(), std::min(end, spot.text.size()));
    if (end == std::string::npos || cell_ < 30) {
      label(spot.point, first, kInk, std::min(0.34 * cell_, 22.0));
      continue;
    }
    const std::string_view second = std::string_view(spot.text).substr(end + 1);
    const double room = 0.74 * cell_, large = 0.27 * cell_, small = 0.2 * cell_;
    const auto fitted = [&](std::string_view text, double height) {
      return std::min(height, height * room / std::max(1.0, stroke_text_width(text, height)));
    };
    stroke_text(out_, x, y - 0.11 * cell_, first, fitted(first, large), kInk);
    stroke_text(out_, x, y + 0.21 * cell_, second, fitted(second, small), kInk, 0.15);
  }
}

void Overlay::variation(const BoardPainter::Sprite& shadow, const BoardPainter::Sprite* sprites) {
  for (const BoardGhost& ghost : picture_.variation) {
    if (!inside(ghost.point)) continue;
    if (picture_.style == BoardStyle::kGo)
      parts::lay(shadow, layout_.x(ghost.point) + 0.03 * cell_,
                 layout_.y(ghost.point) + 0.05 * cell_, 0.6, out_);
    stone(ghost.point, ghost.owner, sprites, 0.85);
    if (cell_ >= 12) label(ghost.point, ghost.text, ink(ghost.owner), std::min(0.42 * cell_, 26.0));
  }
}

void Overlay::marks() {
  for (const BoardMark& mark : picture_.marks) {
    if (!inside(mark.point)) continue;
    const double x = layout_.x(mark.point), y = layout_.y(mark.point), r = 0.25 * cell_;
    const double pen = std::max(1.0, 0.065 * cell_);
    const Colour colour = ink(owner(mark.point));
    switch (mark.shape) {
      case MarkShape::kCircle:
        ring(x, y, r, pen, colour, 1);
        break;
      case MarkShape::kSquare:
        out_.lines(std::array{x - r, y - r, x + r, y - r, x + r, y - r, x + r, y + r, x + r, y + r,
                              x - r, y + r, x - r, y + r, x - r, y - r},
                   colour, pen);
        break;
      case MarkShape::kTriangle: {
        const double h = 0.3 * cell_, low = y + 0.5 * h, w = 0.866 * h;
        out_.lines(std::array{x, y - h, x + w, low, x + w, low, x - w, low, x - w, low, x, y - h},
                   colour, pen);
        break;
      }
      case MarkShape::kCross:
        out_.lines(std::array{x - r, y - r, x + r, y + r, x - r, y + r, x + r, y - r}, colour, pen);
        break;
      case MarkShape::kText:
        if (cell_ < 12) break;
        if (owner(mark.point) == 0)  // lines of the board would cross the letters
          out_.disc(x, y, 0.34 * cell_, {226, 186, 118}, 0.9);
        label(mark.point, mark.text, colour, std::min(0.42 * cell_, 26.0));
        break;
    }
  }
}

void Overlay::last() {
  if (!inside(picture_.last)) return;
  const double x = layout_.x(picture_.last), y = layout_.y(picture_.last);
  if (picture_.style == BoardStyle::kMarks)
    out_.disc(x, y + 0.4 * cell_, 0.04 * cell_, kRed);
  else
    ring(x, y, 0.24 * cell_, std::max(1.2, 0.07 * cell_), ink(owner(picture_.last)), 0.95);
}

void Overlay::hover(const BoardPainter::Sprite* sprites) {
  if (!inside(picture_.hover)) return;
  if (picture_.hover_legal) return stone(picture_.hover, picture_.hover_owner, sprites, 0.55);
  const double x = layout_.x(picture_.hover), y = layout_.y(picture_.hover), r = 0.2 * cell_;
  out_.lines(std::array{x - r, y - r, x + r, y + r, x - r, y + r, x + r, y - r}, kRed,
             std::max(1.5, 0.1 * cell_), 0.85);
}

}  // namespace

void BoardPainter::prepare(const BoardPicture& picture, int width, int height) {
  const bool same = picture.style == style_ && picture.rows == rows_ &&
                    picture.columns == columns_ && picture.coordinates == coordinates_;
  if (same && ground_.width() == width && ground_.height() == height) return;
  style_ = picture.style;
  rows_ = picture.rows;
  columns_ = picture.columns;
  coordinates_ = picture.coordinates;
  const BoardLayout layout(picture, width, height);
  ground_.reset(width, height);
  parts::paint_ground(picture, layout, ground_);
  shadow_ = parts::make_shadow(layout.cell());
  stones_[0] = parts::make_stone(style_, 1, layout.cell());
  stones_[1] = parts::make_stone(style_, -1, layout.cell());
}

void BoardPainter::draw(const BoardPicture& picture, int width, int height, Canvas& out) {
  const BoardLayout layout(picture, width, height);
  const auto points = usize(picture.rows) * usize(picture.columns);
  TENGEN_CHECK(picture.stones.empty() || picture.stones.size() == points);
  TENGEN_CHECK(picture.ownership.empty() || picture.ownership.size() == points);
  prepare(picture, width, height);
  out = ground_;
  Overlay overlay(picture, layout, out);
  overlay.tint();
  overlay.stones(shadow_, stones_);
  overlay.owners();
  overlay.spots();
  overlay.variation(shadow_, stones_);
  overlay.last();
  overlay.marks();
  overlay.hover(stones_);
}

void draw_board(const BoardPicture& picture, int width, int height, Canvas& out) {
  BoardPainter().draw(picture, width, height, out);
}

}  // namespace tengen
