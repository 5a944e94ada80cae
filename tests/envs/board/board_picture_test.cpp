#include "envs/board/board_picture.hpp"

#include "core/check.hpp"
#include "envs/board/stroke_text.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <cstdlib>

using namespace tengen;

namespace {

// A board with what lies on it, and its picture.
struct Drawn {
  explicit Drawn(int size, BoardStyle style = BoardStyle::kGo)
      : stones(static_cast<std::size_t>(size * size)) {
    picture.style = style;
    picture.rows = picture.columns = size;
    picture.stones = stones;
  }
  std::int8_t& stone(int x, int y) {
    return stones[static_cast<std::size_t>(y * picture.columns + x)];
  }
  void draw(int pixels) {
    painter.draw(picture, pixels, pixels, canvas);
    layout = BoardLayout(picture, pixels, pixels);
  }
  // The colour dx, dy cells from the middle of a point.
  [[nodiscard]] Colour at(int x, int y, double dx = 0, double dy = 0) const {
    const int point = y * picture.columns + x;
    return canvas.at(static_cast<int>(layout.x(point) + dx * layout.cell()),
                     static_cast<int>(layout.y(point) + dy * layout.cell()));
  }

  std::vector<std::int8_t> stones;
  BoardPicture picture;
  BoardPainter painter;
  Canvas canvas;
  BoardLayout layout{{.rows = 1, .columns = 1}, 1, 1};
};

int light(Colour c) { return (c.red + c.green + c.blue) / 3; }
bool is_wood(Colour c) { return c.red > 180 && c.red > c.green + 15 && c.green > c.blue + 25; }

constexpr BoardStyle kStyles[] = {BoardStyle::kGo, BoardStyle::kMarks, BoardStyle::kDiscs,
                                  BoardStyle::kRack, BoardStyle::kHex};

}  // namespace

TEST_CASE("an empty Go board: wood, lines, and nine star points at 19 × 19") {
  Drawn board(19);
  board.draw(760);
  CHECK(is_wood(board.canvas.at(12, 12)));
  CHECK(is_wood(board.at(4, 4, 0.5, 0.5)));
  CHECK(light(board.at(4, 4, 0.5, 0)) < 90);    // a line to the right
  CHECK(light(board.at(0, 18, 0, -0.5)) < 90);  // the edge is a line,
  CHECK(is_wood(board.at(0, 9, -0.45, 0)));     // and nothing is beyond it
  CHECK(is_wood(board.at(18, 9, 0.45, 0)));
  int stars = 0;
  for (int y = 0; y < 19; ++y)
    for (int x = 0; x < 19; ++x) stars += light(board.at(x, y, 0.06, 0.06)) < 90 ? 1 : 0;
  CHECK(stars == 9);
}

TEST_CASE("the empty board lies in the middle of its picture") {
  for (const int size : {9, 13, 19}) {
    Drawn board(size);
    for (const int pixels : {90, 333, 700}) {
      board.draw(pixels);
      const int last = size * size - 1;
      CHECK(std::abs(board.layout.x(0) + board.layout.x(last) - pixels) <= 1);
      CHECK(std::abs(board.layout.y(0) + board.layout.y(last) - pixels) <= 1);
      CHECK(board.layout.x(1) - board.layout.x(0) == Approx(board.layout.cell()));
      CHECK(board.layout.x(0) - 0.5 * board.layout.cell() > 0);
    }
  }
}

TEST_CASE("stones are black and white, round, and cast a shadow to the lower right") {
  Drawn board(9);
  board.draw(630);
  const Colour wood = board.at(2, 2, 0.42, 0.42), low = board.at(6, 6, 0.42, 0.42);
  board.stone(2, 2) = 1;
  board.stone(6, 6) = -1;
  board.draw(630);
  CHECK(light(board.at(2, 2)) < 90);
  CHECK(light(board.at(6, 6)) > 200);
  for (const auto& [dx, dy] : {std::pair{-1, -1}, {1, -1}, {-1, 1}, {1, 1}}) {
    CHECK(light(board.at(2, 2, 0.29 * dx, 0.29 * dy)) < 110);
    CHECK(light(board.at(6, 6, 0.29 * dx, 0.29 * dy)) > 170);
  }
  CHECK(light(board.at(2, 2, 0.42, 0.42)) < light(wood) - 8);
  CHECK(light(board.at(6, 6, 0.42, 0.42)) < light(low) - 8);
  CHECK(is_wood(board.at(2, 2, -0.42, -0.42)));
}

TEST_CASE("the last move is marked in a colour that shows on its stone") {
  Drawn board(9);
  board.stone(1, 1) = 1;
  board.stone(7, 7) = -1;
  board.picture.last = 10;
  board.draw(630);
  CHECK(light(board.at(1, 1, 0.24, 0)) > 200);
  CHECK(light(board.at(7, 7, 0.24, 0)) > 200);
  board.picture.last = 70;
  board.draw(630);
  CHECK(light(board.at(1, 1, 0.24, 0)) < 110);
  CHECK(light(board.at(7, 7, 0.24, 0)) < 70);
  board.picture.last = 81;  // a pass
  CHECK_NOTHROW(board.draw(630));
}

TEST_CASE("heat goes from blue to red, and a variation lies over it") {
  Drawn board(9);
  const std::vector<BoardSpot> spots{
      {0, 0, "", false}, {8, 1, "54.2\n1.2k", true}, {80, 1, "", false}};
  const std::vector<BoardGhost> ghosts{{80, -1, ""}, {72, 1, "2"}};
  board.picture.spots = spots;
  board.picture.variation = ghosts;
  board.draw(630);
  const Colour cold = board.at(0, 0, 0.25, 0.25), hot = board.at(8, 0, 0.3, 0.22);
  CHECK(cold.blue > cold.red);
  CHECK(hot.red > hot.blue + 80);
  CHECK(light(board.at(8, 0, 0.44, 0)) > 200);  // the best one's ring
  CHECK(light(board.at(8, 8, 0.2, 0.2)) > 170);
  CHECK(light(board.at(0, 8, 0.3, 0.2)) < 110);
}

TEST_CASE("ownership tints the board and marks what is not its owner's") {
  Drawn board(9);
  std::vector<float> owned(81, 0.0F);
  owned[0] = 1;
  owned[8] = -1;
  owned[40] = -1;
  board.stone(0, 0) = 1;  // alive
  board.stone(4, 4) = 1;  // dead
  board.draw(630);
  const Colour wood = board.at(0, 0, -0.4, -0.45), right = board.at(8, 0, -0.4, -0.4),
               alive = board.at(0, 0, 0.05, 0.05);
  board.picture.ownership = owned;
  board.draw(630);
  CHECK(light(board.at(0, 0, -0.4, -0.45)) < light(wood) - 30);
  CHECK(light(board.at(8, 0, -0.4, -0.4)) > light(right) + 15);
  CHECK(board.at(0, 0, 0.05, 0.05) == alive);
  CHECK(light(board.at(4, 4, 0.05, 0.05)) > 180);
  CHECK(light(board.at(8, 0, 0.05, 0.05)) > 200);
}

TEST_CASE("the mouse's stone is faint where it may go, a red cross where it may not") {
  Drawn board(9);
  board.draw(630);
  const int empty = light(board.at(4, 4, 0.25, 0.1));
  board.picture.hover = 40;
  board.draw(630);
  const int faint = light(board.at(4, 4, 0.25, 0.1));
  CHECK(faint < empty - 30);
  CHECK(faint > 50);
  board.picture.hover_legal = false;
  board.draw(630);
  const Colour cross = board.at(4, 4, 0.15, 0.15);
  CHECK(cross.red > cross.green + 80);
}

TEST_CASE("every point is found under the middle of its stone, and nothing beside the board") {
  for (const BoardStyle style : kStyles) {
    BoardPicture picture{.style = style, .rows = 6, .columns = 7};
    for (const auto& [width, height] : {std::pair{640, 480}, {200, 300}, {40, 40}}) {
      const BoardLayout layout(picture, width, height);
      for (int point = 0; point < 42; ++point)
        CHECK(layout.point_at(layout.x(point) + 0.3 * layout.cell(), layout.y(point)) ==
              (style == BoardStyle::kRack ? point % 7 : point));
      CHECK(layout.point_at(layout.x(0) - 0.6 * layout.cell(), layout.y(0)) == -1);
      CHECK(layout.point_at(layout.x(41) + 0.6 * layout.cell(), layout.y(41)) == -1);
      CHECK(layout.point_at(-1e6, -1e6) == -1);
    }
  }
}

TEST_CASE("a painter that has drawn other boards draws the same bytes as a new one") {
  BoardPainter used;
  Canvas old, fresh;
  const std::vector<std::int8_t> stones(81, 1);
  for (const BoardStyle style : kStyles)
    for (const int size : {1, 2, 5, 9})
      for (const int pixels : {1, 7, 64, 301}) {
        BoardPicture picture{.style = style, .rows = size, .columns = size};
        picture.stones = std::span(stones).first(static_cast<std::size_t>(size * size));
        picture.coordinates = pixels != 301;
        used.draw(picture, pixels, pixels, old);
        draw_board(picture, pixels, pixels, fresh);
        REQUIRE(old.width() == pixels);
        CHECK(std::ranges::equal(old.rgb(), fresh.rgb()));
      }
}

TEST_CASE("other boards: crosses and rings, discs on green, red and yellow in blue") {
  Drawn marks(3, BoardStyle::kMarks), discs(8, BoardStyle::kDiscs), rack(6, BoardStyle::kRack);
  for (Drawn* board : {&marks, &discs, &rack}) {
    board->stone(0, 0) = 1;
    board->stone(2, 2) = -1;
    board->draw(300);
  }
  CHECK(light(marks.at(0, 0)) < 60);
  CHECK(is_wood(marks.at(2, 2)));
  CHECK(light(marks.at(2, 2, 0.29, 0)) < 120);
  CHECK(light(discs.at(0, 0)) < 90);
  CHECK(light(discs.at(2, 2)) > 200);
  const Colour felt = discs.at(4, 4);
  CHECK(felt.green > felt.red + 40);
  CHECK(rack.at(0, 0).red > rack.at(0, 0).green + 80);
  CHECK(rack.at(2, 2).green > rack.at(2, 2).blue + 80);
  const Colour blue = rack.at(4, 4, 0.5, 0.5);
  CHECK(blue.blue > blue.red + 60);
}

TEST_CASE("shares become spots with percentages, the largest hottest") {
  const std::vector<float> shares{0.5F, 0.004F, 0, 0.13F};
  const std::vector<BoardSpot> spots = spots_of_shares(shares);
  REQUIRE(spots.size() == 2);
  CHECK(spots[0].text == "50");
  CHECK(spots[0].heat == 1);
  CHECK(spots[1].point == 3);
  CHECK(spots[1].text == "13");
  CHECK(spots[1].heat == Approx(std::sqrt(0.26)));
  CHECK(spots_of_shares({}).empty());
}

TEST_CASE("text is as wide as it says, in either case, and no letter lacks strokes") {
  const auto drawn = [](std::string_view text) {
    Canvas canvas(400, 40);
    stroke_text(canvas, 200, 20, text, 16, {255, 255, 255}, 0.2);
    return canvas;
  };
  const Canvas word = drawn("Tengen 19");
  CHECK(std::ranges::equal(word.rgb(), drawn("TENGEN 19").rgb()));
  const double half = stroke_text_width("Tengen 19", 16) / 2;
  int left = 400, right = 0;
  for (int x = 0; x < 400; ++x)
    for (int y = 0; y < 40; ++y)
      if (word.at(x, y).red > 60) left = std::min(left, x), right = std::max(right, x);
  CHECK(left == Approx(200 - half).margin(2));
  CHECK(right == Approx(200 + half).margin(2));
  const Canvas box = drawn("~");
  for (const char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ%.,:-+/?!")) {
    const Canvas one = drawn(std::string_view(&c, 1));
    CHECK(std::ranges::any_of(one.rgb(), [](std::uint8_t v) { return v > 200; }));
    CHECK_FALSE(std::ranges::equal(one.rgb(), box.rgb()));
  }
}
