#include "core/canvas.hpp"

#include "core/check.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <numbers>
#include <set>
#include <string>

using namespace tengen;

namespace {

constexpr Colour kBlack{}, kWhite{255, 255, 255}, kRed{255, 0, 0};

// Light on a black canvas drawn on in white, in pixels.
double area(const Canvas& canvas) {
  double sum = 0;
  for (const std::uint8_t byte : canvas.rgb()) sum += byte;
  return sum / (3 * 255.0);
}

double area_of_text(std::string_view text) {
  Canvas canvas(40, 20);
  canvas.text(2, 2, text, kWhite);
  return area(canvas);
}

}  // namespace

TEST_CASE("fill is clipped on every side and overflows nowhere") {
  constexpr int kBig = std::numeric_limits<int>::max();
  Canvas canvas(4, 3);
  canvas.fill(-2, -2, 3, 3, kRed);
  CHECK(canvas.at(0, 0) == kRed);
  CHECK(canvas.at(1, 0) == kBlack);
  CHECK(canvas.at(0, 1) == kBlack);
  canvas.fill(3, 2, kBig, kBig, kWhite);
  CHECK(canvas.at(3, 2) == kWhite);
  CHECK(canvas.at(2, 2) == kBlack);
  canvas.fill(-kBig, -kBig, kBig, kBig, kWhite);
  canvas.fill(kBig, 0, kBig, 1, kWhite);
  canvas.fill(1, 1, -1, 5, kWhite);
  CHECK(area(canvas) == Approx(1 + 1.0 / 3));  // one white pixel, one red
  canvas.reset(2, 2, kWhite);
  CHECK(area(canvas) == 4);
}

TEST_CASE("shapes cover their area, anti-aliased") {
  Canvas canvas(100, 100);
  canvas.disc(50, 50, 30, kWhite);
  CHECK(area(canvas) == Approx(std::numbers::pi * 900).epsilon(0.002));
  CHECK(canvas.at(50, 50) == kWhite);
  CHECK(canvas.at(50, 81) == kBlack);

  canvas.reset(100, 100);
  canvas.line(20, 20, 80, 60, kWhite, 5);
  CHECK(area(canvas) ==
        Approx(5 * std::hypot(60, 40) + std::numbers::pi * 2.5 * 2.5).epsilon(0.01));

  canvas.reset(100, 100);
  canvas.line(10, 50.5, 90, 50.5, kRed);  // crisp through pixel centres
  CHECK(canvas.at(50, 50) == kRed);
  CHECK(canvas.at(50, 49) == kBlack);
  CHECK(canvas.at(50, 51) == kBlack);

  const std::array<double, 8> clockwise{20, 20, 80, 30, 70, 80, 30, 70};
  std::array<double, 8> other_way{30, 70, 70, 80, 80, 30, 20, 20};
  canvas.reset(100, 100);
  canvas.polygon(clockwise, kWhite);
  CHECK(area(canvas) == Approx(2500).epsilon(0.005));  // shoelace formula
  Canvas mirror(100, 100);
  mirror.polygon(other_way, kWhite);
  CHECK(area(mirror) == Approx(2500).epsilon(0.005));
}

TEST_CASE("coordinates outside the picture or not numbers draw nothing and crash nowhere") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Canvas canvas(10, 10);
  for (const double bad : {kNan, 1e300, -1e300, kInfinity, -kInfinity}) {
    canvas.line(bad, bad, bad, bad, kWhite);
    canvas.disc(bad, 5, 1, kWhite);
    canvas.disc(5, 5, -1, kWhite);
    canvas.polygon(std::array{bad, 0.0, bad, 9.0, bad, bad}, kWhite);
  }
  canvas.disc(5, 5, kNan, kWhite);
  canvas.line(0, 0, 9, 9, kWhite, kNan);
  canvas.text(1'000'000, -1'000'000, "far away", kWhite, 1000);
  canvas.text(std::numeric_limits<int>::max(), 0, "xyz", kWhite, 9);
  CHECK(area(canvas) == 0);
  Canvas empty;
  empty.fill(0, 0, 1, 1, kWhite);
  empty.text(0, 0, "x", kWhite);
  empty.disc(0, 0, 3, kWhite);
  canvas.blit(empty, 0, 0, 10, 10);
  CHECK(area(canvas) == 0);
}

TEST_CASE("every printable character has its own glyph of five by seven pixels") {
  std::set<std::string> pictures;
  for (char c = ' '; c <= '~'; ++c) {
    Canvas canvas(5, 7), wide(20, 20);
    canvas.text(0, 0, std::string(1, c), kWhite);
    wide.text(6, 6, std::string(1, c), kWhite);
    CHECK(area(canvas) == area(wide));  // nothing lies outside 5 × 7
    pictures.emplace(canvas.rgb().begin(), canvas.rgb().end());
  }
  CHECK(pictures.size() == 95);
  CHECK(area_of_text("\x01") == area_of_text("\xC3\xA9"));  // a box each: control, é
  CHECK(area_of_text("ab") == area_of_text("a\nb"));
  Canvas twice(40, 20);
  twice.text(2, 2, "R", kWhite, 2);
  CHECK(area(twice) == 4 * area_of_text("R"));
}

TEST_CASE("blit scales by nearest neighbour and is clipped") {
  Canvas source(2, 2), canvas(6, 6);
  source.fill(0, 0, 1, 1, kRed);
  source.fill(1, 1, 1, 1, kWhite);
  canvas.blit(source, 0, 0, 6, 6);
  CHECK(canvas.at(2, 2) == kRed);
  CHECK(canvas.at(3, 2) == kBlack);
  CHECK(canvas.at(3, 3) == kWhite);
  canvas.reset(6, 6);
  canvas.blit(source, -3, -3, 6, 6);
  CHECK(canvas.at(0, 0) == kWhite);
  CHECK(canvas.at(2, 2) == kWhite);
  CHECK(area(canvas) == 9);
  canvas.blit(source, 0, 0, 0, -4);
  CHECK(area(canvas) == 9);
}

TEST_CASE("PNG files are whole, and an unwritable path is an error that names it") {
  const TempDirectory folder;
  Canvas canvas(17, 9, kRed);
  canvas.write_png(folder / "picture.png");
  std::ifstream file(folder / "picture.png", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(bytes.size() > 33);
  CHECK(bytes.substr(0, 8) == "\x89PNG\r\n\x1A\n");
  CHECK(bytes[19] == 17);  // IHDR: width and height, big-endian
  CHECK(bytes[23] == 9);
  CHECK(bytes.substr(bytes.size() - 8, 4) == "IEND");
  CHECK_THROWS_WITH(canvas.write_png(folder / "none" / "picture.png"),
                    ContainsSubstring("none/picture.png") && ContainsSubstring("No such file"));
}

TEST_CASE("opacity lets what is below through, and overlapping lines are one shape") {
  Canvas canvas(40, 40, kBlack);
  canvas.disc(20, 20, 10, kWhite, 0.5);
  CHECK(canvas.at(20, 20) == Colour{128, 128, 128});
  canvas.reset(40, 40, kBlack);
  canvas.lines(std::array{5.5, 20.5, 34.5, 20.5, 20.5, 5.5, 20.5, 34.5}, kWhite, 3, 0.5);
  CHECK(canvas.at(20, 20) == Colour{128, 128, 128});  // where they cross
  CHECK(canvas.at(8, 20) == Colour{128, 128, 128});
  CHECK(canvas.at(8, 8) == kBlack);
  canvas.polygon(std::array{0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0}, kRed, 0);
  CHECK(canvas.at(2, 2) == kBlack);
}
