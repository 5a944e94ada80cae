#include "envs/arcade/screen.hpp"

#include "core/rng.hpp"
#include "tests/catch.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace tengen;
using namespace tengen::arcade;

namespace {

struct Painting {
  Rect rect;
  std::uint8_t colour;
};

// A case of tests/golden/resize.txt.
struct Case {
  std::string name;
  Format format;
  Palette palette{};
  std::vector<Painting> older, newer;
  std::vector<std::uint8_t> picture;
};

Painting read_painting(std::istream& line) {
  int x = 0, y = 0, width = 0, height = 0, colour = 0;
  line >> x >> y >> width >> height >> colour;
  return {{x, y, width, height}, static_cast<std::uint8_t>(colour)};
}

void read_row(const std::string& hex, std::vector<std::uint8_t>& picture) {
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    picture.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
}

std::vector<Case> read_cases() {
  std::ifstream file(TENGEN_SOURCE_DIR "/tests/golden/resize.txt");
  std::vector<Case> cases;
  std::size_t colours = 0;
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text);
    std::string tag, hex;
    line >> tag;
    if (tag == "case") {
      cases.emplace_back();
      line >> cases.back().format.size >> cases.back().format.channels;
      std::getline(line, cases.back().name);
      colours = 0;
    } else if (tag == "colour") {
      int red = 0, green = 0, blue = 0;
      line >> red >> green >> blue;
      cases.back().palette[colours++] = {static_cast<std::uint8_t>(red),
                                         static_cast<std::uint8_t>(green),
                                         static_cast<std::uint8_t>(blue)};
    } else if (tag == "row") {
      line >> hex;
      read_row(hex, cases.back().picture);
    } else {
      (tag == "older" ? cases.back().older : cases.back().newer).push_back(read_painting(line));
    }
  }
  return cases;
}

Window painted(const std::vector<Painting>& paintings, const Rect& area = kWholeScreen) {
  Window window(area);
  for (const auto& [rect, colour] : paintings) window.fill(rect, colour);
  return window;
}

// The area-weighted mean of channel `table` over cell (x, y), straight from the definition.
int naive_cell(const Window& older, const Window& newer, const MixTable& mix, std::size_t table,
               int size, int x, int y) {
  const auto share = [size](int pixel, int pixels, int cell) {  // in units of 1 / size pixel
    return std::max(0, std::min((pixel + 1) * size, (cell + 1) * pixels) -
                           std::max(pixel * size, cell * pixels));
  };
  std::int64_t sum = 0;
  for (int row = 0; row < kScreenHeight; ++row)
    for (int column = 0; column < kScreenWidth; ++column)
      sum += std::int64_t{share(row, kScreenHeight, y)} * share(column, kScreenWidth, x) *
             mix[table][static_cast<std::size_t>(older.row(row)[column] * kMaxColours +
                                                 newer.row(row)[column])];
  const std::int64_t total = std::int64_t{kScreenWidth} * kScreenHeight;
  return static_cast<int>((2 * sum + total) / (2 * total));
}

}  // namespace

TEST_CASE("pictures are OpenCV's within 1") {
  const std::vector<Case> cases = read_cases();
  REQUIRE(cases.size() == 4);
  for (const Case& golden : cases) {
    INFO(golden.name);
    const int size = golden.format.size;
    std::vector<std::uint8_t> picture(golden.format.shape().count());
    REQUIRE(picture.size() == golden.picture.size());
    develop(painted(golden.older), painted(golden.newer), mix_table(golden.palette), golden.format,
            {0, 0, size, size}, picture);
    int worst = 0, equal = 0;
    for (std::size_t i = 0; i < picture.size(); ++i) {
      worst = std::max(worst, std::abs(picture[i] - golden.picture[i]));
      equal += picture[i] == golden.picture[i] ? 1 : 0;
    }
    CHECK(worst <= 1);
    CHECK(equal > static_cast<int>(picture.size()) * 99 / 100);
  }
}

TEST_CASE("a cell is the exact area mean of the brighter frame") {
  const Case golden = read_cases().at(1);
  const Window older = painted(golden.older), newer = painted(golden.newer);
  const MixTable mix = mix_table(golden.palette);
  Rng rng(5);
  for (const int size : {84, 42})
    for (const int channels : {1, 3}) {
      const Format format{size, channels};
      std::vector<std::uint8_t> picture(format.shape().count());
      develop(older, newer, mix, format, {0, 0, size, size}, picture);
      for (int i = 0; i < 40; ++i) {
        const auto cell = rng.below(static_cast<std::uint32_t>(picture.size()));
        const auto plane = cell / static_cast<std::uint32_t>(size * size);
        const int at = static_cast<int>(cell) % (size * size);
        CHECK(picture[cell] == naive_cell(older, newer, mix, channels == 1 ? 0 : plane + 1, size,
                                          at % size, at / size));
      }
    }
}

TEST_CASE("any part of a picture comes from a window of its own") {
  const Case golden = read_cases().at(1);
  const MixTable mix = mix_table(golden.palette);
  Rng rng(6);
  for (const int size : {84, 42}) {
    const Format format{size, 1};
    const Rect all{0, 0, size, size};
    std::vector<std::uint8_t> whole(format.shape().count());
    develop(painted(golden.older), painted(golden.newer), mix, format, all, whole);
    for (int i = 0; i < 300; ++i) {
      const Rect area{static_cast<int>(rng.below(200)) - 20, static_cast<int>(rng.below(250)) - 20,
                      1 + static_cast<int>(rng.below(30)), 1 + static_cast<int>(rng.below(30))};
      const Rect cells = cells_over(area, size);
      CHECK(cells.empty() == !overlap(area, kWholeScreen));
      if (cells.empty()) continue;
      CHECK(intersection(cells, all) == cells);
      const Rect pixels = pixels_under(cells, size);
      CHECK(intersection(pixels, kWholeScreen) == pixels);
      CHECK(intersection(pixels, area) == intersection(area, kWholeScreen));
      std::vector<std::uint8_t> picture(whole.size(), 0), expected(whole.size(), 0);
      develop(painted(golden.older, pixels), painted(golden.newer, pixels), mix, format, cells,
              picture);
      for (int y = cells.y; y < cells.bottom(); ++y)
        for (int x = cells.x; x < cells.right(); ++x) {
          const auto cell = static_cast<std::size_t>(y * size + x);
          expected[cell] = whole[cell];
        }
      CHECK(picture == expected);  // and nothing outside `cells` is written
    }
  }
}

TEST_CASE("digits and sprites are clipped like rectangles") {
  const std::vector<std::uint8_t> shape = {0xFF, 0x81, 0x42};
  const auto draw = [&](Window& window) {
    window.fill(kWholeScreen, 0);
    window.sprite(-3, 20, shape, 1);
    window.sprite(156, 208, shape, 2);
    for (int value = 0; value < 10; ++value) window.digit({10 + 16 * value, 100, 12, 20}, value, 3);
  };
  Window whole(kWholeScreen);
  draw(whole);
  CHECK(whole.row(20)[0] == 1);
  CHECK(whole.row(20)[5] == 0);
  CHECK(whole.row(21)[4] == 1);
  CHECK(whole.row(21)[0] == 0);
  Rng rng(2);
  for (int i = 0; i < 100; ++i) {
    const int x = static_cast<int>(rng.below(150)), y = static_cast<int>(rng.below(200));
    Window part({x, y, 10, 10});
    draw(part);
    for (int row = y; row < y + 10; ++row)
      CHECK(std::equal(part.row(row), part.row(row) + 10, whole.row(row) + x));
  }
}

TEST_CASE("the ten digits differ") {
  std::vector<std::vector<std::uint8_t>> seen;
  for (int value = 0; value < 10; ++value) {
    Window window({0, 0, 6, 8});
    window.fill(kWholeScreen, 0);
    window.digit({0, 0, 6, 8}, value, 1);
    const std::vector<std::uint8_t> digit(window.row(0), window.row(0) + 48);
    CHECK(std::ranges::find(seen, digit) == seen.end());
    seen.push_back(digit);
  }
}
