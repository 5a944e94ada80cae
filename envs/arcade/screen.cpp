#include "envs/arcade/screen.hpp"

#include "core/check.hpp"

#include <bit>
#include <cstring>
#include <numeric>

namespace tengen::arcade {
namespace {

// Each digit has five rows of three cells, bit 2 leftmost.
constexpr std::uint8_t kDigits[10][5] = {
    {7, 5, 5, 5, 7}, {2, 2, 2, 2, 2}, {7, 1, 7, 4, 7}, {7, 1, 3, 1, 7}, {5, 5, 7, 1, 1},
    {7, 4, 7, 1, 7}, {7, 4, 7, 5, 7}, {7, 1, 1, 1, 1}, {7, 5, 7, 5, 7}, {7, 5, 7, 1, 7}};

// For each row of a sprite eight bytes, one per pixel, bit 7 first: 0xFF where the bit is set.
constexpr std::array<std::uint64_t, 256> kMasks = [] {
  std::array<std::uint64_t, 256> masks{};
  for (std::size_t bits = 0; bits < masks.size(); ++bits) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = (bits >> (7 - i) & 1) != 0 ? 0xFF : 0;
    masks[bits] = std::bit_cast<std::uint64_t>(bytes);
  }
  return masks;
}();

// One axis of an area resize from kPixels to kCells: cell i is the weighted sum of kTaps pixels
// from first[i] on. Weights are whole numbers that sum to kTotal; those of unused taps are 0.
template <int kPixels, int kCells>
struct Axis {
  static constexpr int kCommon = std::gcd(kPixels, kCells);
  static constexpr int kTotal = kPixels / kCommon;  // units per cell
  static constexpr int kUnits = kCells / kCommon;   // units per pixel
  static constexpr int kTaps = [] {
    int taps = 0;
    for (int i = 0; i < kCells; ++i)
      taps = std::max(taps, ((i + 1) * kTotal - 1) / kUnits - i * kTotal / kUnits + 1);
    return taps;
  }();

  std::array<std::uint8_t, kCells> first{};
  std::array<std::array<std::uint16_t, kTaps>, kCells> weight{};

  constexpr Axis() {
    for (int i = 0; i < kCells; ++i) {
      const int begin = i * kTotal, end = begin + kTotal;
      const auto cell = static_cast<std::size_t>(i);
      // The last cells start early enough for all taps to stay on the screen.
      const int start = std::min(begin / kUnits, kPixels - kTaps);
      first[cell] = static_cast<std::uint8_t>(start);
      for (int tap = 0; tap < kTaps; ++tap) {
        const int pixel = (start + tap) * kUnits;
        weight[cell][static_cast<std::size_t>(tap)] = static_cast<std::uint16_t>(
            std::max(0, std::min(end, pixel + kUnits) - std::max(begin, pixel)));
      }
    }
  }
};

template <int kCells>
constexpr Axis<kScreenWidth, kCells> kAcross;
template <int kCells>
constexpr Axis<kScreenHeight, kCells> kDown;

template <int kSize>
Rect pixels_under(const Rect& cells) {
  const auto& across = kAcross<kSize>;
  const auto& down = kDown<kSize>;
  const auto left = static_cast<std::size_t>(cells.x), top = static_cast<std::size_t>(cells.y);
  const auto right = left + static_cast<std::size_t>(cells.width) - 1;
  const auto bottom = top + static_cast<std::size_t>(cells.height) - 1;
  // All taps are read, those of weight 0, too.
  return {across.first[left], down.first[top],
          across.first[right] + across.kTaps - across.first[left],
          down.first[bottom] + down.kTaps - down.first[top]};
}

// add(row, weight, column): column[x] += weight × pixel x of that row of `area`.
template <int kSize, class Add>
void develop_channel(const Rect& area, const Rect& cells, std::uint8_t* out, Add&& add) {
  constexpr const auto& kX = kAcross<kSize>;
  constexpr const auto& kY = kDown<kSize>;
  constexpr std::uint32_t kTotal = static_cast<std::uint32_t>(kX.kTotal * kY.kTotal);
  std::uint16_t column[kScreenWidth];
  for (int y = cells.y; y < cells.bottom(); ++y) {
    const auto& weights = kY.weight[static_cast<std::size_t>(y)];
    std::fill_n(column, area.width, std::uint16_t{0});
    for (int tap = 0; tap < kY.kTaps; ++tap)
      add(kY.first[static_cast<std::size_t>(y)] + tap, weights[static_cast<std::size_t>(tap)],
          column);
    for (int x = cells.x; x < cells.right(); ++x) {
      const auto cell = static_cast<std::size_t>(x);
      const std::uint16_t* from = column + (kX.first[cell] - area.x);
      std::uint32_t sum = kTotal / 2;
      for (std::size_t tap = 0; tap < kX.kTaps; ++tap) sum += from[tap] * kX.weight[cell][tap];
      out[y * kSize + x] = static_cast<std::uint8_t>(sum / kTotal);
    }
  }
}

template <int kSize>
void develop_mixed(const Window& older, const Window& newer, const std::uint8_t* mix,
                   const Rect& cells, std::uint8_t* out) {
  const int width = older.area().width;
  develop_channel<kSize>(
      older.area(), cells, out, [&](int row, std::uint16_t weight, std::uint16_t* column) {
        const std::uint8_t *a = older.row(row), *b = newer.row(row);
        for (int x = 0; x < width; ++x)
          column[x] =
              static_cast<std::uint16_t>(column[x] + weight * mix[a[x] * kMaxColours + b[x]]);
      });
}

template <int kSize>
void develop_shaded(const Window& shaded, const Rect& cells, std::uint8_t* out) {
  const int width = shaded.area().width;
  develop_channel<kSize>(shaded.area(), cells, out,
                         [&](int row, std::uint16_t weight, std::uint16_t* column) {
                           const std::uint8_t* pixels = shaded.row(row);
                           for (int x = 0; x < width; ++x)
                             column[x] = static_cast<std::uint16_t>(column[x] + weight * pixels[x]);
                         });
}

template <int kSize>
void develop_size(const Window& older, const Window& newer, const MixTable& mix, int channels,
                  const Rect& cells, std::uint8_t* out) {
  if (channels == 1) return develop_mixed<kSize>(older, newer, mix[0].data(), cells, out);
  for (std::size_t c = 0; c < 3; ++c)
    develop_mixed<kSize>(older, newer, mix[c + 1].data(), cells, out + c * kSize * kSize);
}

}  // namespace

void Window::digit(const Rect& rect, int value, std::uint8_t colour) {
  if (!overlap(rect, area_)) return;
  for (int row = 0; row < 5; ++row) {
    const int top = rect.y + row * rect.height / 5;
    const int height = rect.y + (row + 1) * rect.height / 5 - top;
    for (int cell = 0; cell < 3; ++cell)
      if ((kDigits[value][row] >> (2 - cell) & 1) != 0)
        fill({rect.x + cell * rect.width / 3, top, rect.width / 3, height}, colour);
  }
}

void Window::sprite(int x, int y, std::span<const std::uint8_t> rows, std::uint8_t colour) {
  const Rect part = intersection({x, y, 8, static_cast<int>(rows.size())}, area_);
  const std::uint8_t shade = shades_[colour];
  std::uint8_t* at = pixels_ + (part.y - area_.y) * area_.width + (part.x - area_.x);
  for (int row = part.y; row < part.bottom(); ++row, at += area_.width) {
    const std::uint8_t bits = rows[static_cast<std::size_t>(row - y)];
    if (part.width == 8) {  // a whole row of eight pixels at once
      std::uint64_t pixels;
      std::memcpy(&pixels, at, 8);
      pixels = (pixels & ~kMasks[bits]) | (kMasks[bits] & shade * 0x0101010101010101U);
      std::memcpy(at, &pixels, 8);
      continue;
    }
    for (int column = 0; column < part.width; ++column)
      if ((bits >> (7 - (part.x - x + column)) & 1) != 0) at[column] = shade;
  }
}

void Window::figure(int x, int y, int height, int direction, std::span<const std::uint64_t> rows,
                    std::span<const std::uint8_t, 8> colours) {
  const int left = direction > 0 ? x - kFigureMiddle : x + kFigureMiddle - kFigureColumns + 1;
  const Rect part = intersection({left, y, kFigureColumns, height}, area_);
  if (part.empty()) return;
  std::uint8_t shades[8];
  for (std::size_t i = 0; i < 8; ++i) shades[i] = shades_[colours[i]];
  // Columns from `first` on are inside the window, beginning at `start`.
  const int first = direction > 0 ? part.x - left : left + kFigureColumns - part.right();
  const int start = direction > 0 ? part.x : part.right() - 1;
  const auto count = static_cast<int>(rows.size());
  for (int row = part.y; row < part.bottom(); ++row) {
    const int from = height == count ? row - y : (row - y) * count / height;
    std::uint64_t values = rows[static_cast<std::size_t>(from)] >> (3 * first);
    const int empty = std::countr_zero(values) / 3;
    const int end = std::min(part.width, (66 - std::countl_zero(values)) / 3);
    if (empty >= end) continue;
    values >>= 3 * empty;
    std::uint8_t* to =
        pixels_ + (row - area_.y) * area_.width + (start + direction * empty - area_.x);
    for (int column = empty; column < end; ++column, values >>= 3, to += direction)
      *to = (values & 7) != 0 ? shades[values & 7] : *to;
  }
}

Rect cells_over(const Rect& area, int size) {
  const Rect seen = intersection(area, kWholeScreen);
  if (seen.empty()) return {};
  const int left = seen.x * size / kScreenWidth, top = seen.y * size / kScreenHeight;
  return {left, top, (seen.right() * size - 1) / kScreenWidth + 1 - left,
          (seen.bottom() * size - 1) / kScreenHeight + 1 - top};
}

Rect pixels_under(const Rect& cells, int size) {
  if (cells.empty()) return {};
  return size == 84 ? pixels_under<84>(cells) : pixels_under<42>(cells);
}

void develop(const Window& older, const Window& newer, const MixTable& mix, const Format& format,
             const Rect& cells, std::span<std::uint8_t> out) {
  TENGEN_CHECK(out.size() == format.shape().count() && older.area() == newer.area());
  if (format.size == 84)
    develop_size<84>(older, newer, mix, format.channels, cells, out.data());
  else
    develop_size<42>(older, newer, mix, format.channels, cells, out.data());
}

void develop(const Window& shaded, int size, const Rect& cells, std::span<std::uint8_t> channel) {
  TENGEN_CHECK(channel.size() == static_cast<std::size_t>(size * size));
  if (size == 84)
    develop_shaded<84>(shaded, cells, channel.data());
  else
    develop_shaded<42>(shaded, cells, channel.data());
}

}  // namespace tengen::arcade
