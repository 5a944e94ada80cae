// PhoneArray as people see it: where phones can be recruited, and where showers are seen.
#include "core/usize.hpp"
#include "envs/detector/phone_array.hpp"
#include "envs/detector/picture.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {

using namespace picture;

void PhoneArray::draw(Canvas& canvas) const {
  canvas.reset(kWidth, kHeight, kNight);
  canvas.text(20, 16, "PhoneArray", kText, 3);
  canvas.text(220, 18,
              fmt::format("showers of {:.0e} GeV, seen by {} phones or more", map.energy_gev,
                          map.coincidence),
              kDim);
  canvas.text(220, 32, fmt::format("{} of {} clusters", placed, clusters), kAmber);
  text_right(canvas, kWidth - 20, 16, fmt::format("P {:.3f} %", 100 * probability), kMint, 3);
  const auto square = [&](int x0, std::string_view title, auto&& tone) {
    panel(canvas, {x0, 64, 570, 592}, title);
    constexpr int kCell = 35;
    const int left = x0 + 22, top = 64 + 42;
    for (int cell = 0; cell < PhoneMap::kCells; ++cell) {
      const int x = left + cell % PhoneMap::kSide * kCell, y = top + cell / PhoneMap::kSide * kCell;
      tone(cell, x, y, kCell);
    }
    for (int cell = 0; cell < PhoneMap::kCells; ++cell) {
      if (!taken[usize(cell)]) continue;
      const double x = left + (cell % PhoneMap::kSide + 0.5) * kCell;
      const double y = top + (cell / PhoneMap::kSide + 0.5) * kCell;
      canvas.disc(x, y, cell == last ? 9 : 7, kNight, 0.8);
      canvas.disc(x, y, cell == last ? 7 : 5, cell == last ? kAmber : kSky);
    }
  };
  square(20, "phones that can be recruited, 2 km cells", [&](int cell, int x, int y, int size) {
    const double n = map.phones[usize(cell)];
    canvas.fill(x, y, size - 1, size - 1,
                mix(kPanel, {150, 190, 150}, std::log10(std::max(n, 5.0) / 5) / 2.4));
  });
  square(610, "chance that a shower there is seen", [&](int cell, int x, int y, int size) {
    constexpr int kPart = PhoneMap::kCellCores;
    for (int j = 0; j < kPart; ++j)
      for (int i = 0; i < kPart; ++i) {
        const double p = map.probability_at(cell, i, j, expected);
        const auto edge = [&](int k) { return k * size / kPart; };
        canvas.fill(x + edge(i), y + edge(j), edge(i + 1) - edge(i), edge(j + 1) - edge(j),
                    mix(kNight, heat(0.1 + 0.85 * p), std::min(1.0, 3 * p + 0.02)));
      }
  });
}

}  // namespace tengen::detector
