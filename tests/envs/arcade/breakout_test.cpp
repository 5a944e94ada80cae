#include "envs/arcade/breakout.hpp"

#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <bit>
#include <set>
#include <tuple>
#include <vector>

using namespace tengen;
using namespace tengen::arcade;

namespace {

constexpr Colour kBlack{0, 0, 0}, kGrey{142, 142, 142}, kRed{200, 72, 72}, kTeal{66, 158, 130};

// A ball at (x, y), in pixels, that moves (vx, vy) eighths of a pixel per frame.
Breakout in_play(int x, int y, int vx, int vy) {
  Breakout game;
  game.in_play = 1;
  game.ball_x = 8 * x;
  game.ball_y = 8 * y;
  game.ball_vx = vx;
  game.ball_vy = vy;
  return game;
}

std::pair<int, int> velocity(const Breakout& game) { return {game.ball_vx, game.ball_vy}; }

Canvas screen(const Breakout& game) {
  Canvas canvas;
  draw_screen(game, canvas);
  return canvas;
}

// The sum of rewards of one whole game, four frames an action, at most `steps` actions.
template <class Policy>
float play(Policy&& policy, int steps = 27000) {
  Breakout game;
  float score = 0;
  for (int i = 0; i < steps && !game.over(); ++i) {
    const int action = policy(game);
    for (int frame = 0; frame < 4 && !game.over(); ++frame) score += game.step(action);
  }
  CHECK(score == static_cast<float>(game.score));
  return score;
}

}  // namespace

TEST_CASE("Breakout: the scripted player clears both walls, a random one hardly a brick") {
  CHECK(play([](const Breakout& game) { return game.oracle(4); }) == 864);
  Rng rng(1);
  float sum = 0;
  for (int i = 0; i < 20; ++i)
    sum += play([&](const Breakout&) { return static_cast<int>(rng.below(4)); });
  CHECK(sum / 20 > 0.2F);
  CHECK(sum / 20 < 4);
}

TEST_CASE("Breakout: walls, bricks, bat and ball stand where they should, in their colours") {
  const Canvas canvas = screen(in_play(80, 140, 8, 8));
  CHECK((canvas.at(0, 16) == kBlack && canvas.at(0, 17) == kGrey));
  CHECK((canvas.at(80, 31) == kGrey && canvas.at(80, 32) == kBlack));
  CHECK((canvas.at(7, 100) == kGrey && canvas.at(8, 100) == kBlack));
  CHECK((canvas.at(151, 100) == kBlack && canvas.at(152, 100) == kGrey));
  CHECK((canvas.at(0, 188) == kGrey && canvas.at(0, 196) == kBlack));
  CHECK((canvas.at(7, 189) == kTeal && canvas.at(0, 195) == kTeal));
  CHECK((canvas.at(152, 189) == kRed && canvas.at(159, 194) == kRed));
  CHECK(canvas.at(152, 195) == kBlack);
  const Colour rows[] = {{200, 72, 72},  {198, 108, 58}, {180, 122, 48},
                         {162, 162, 42}, {72, 160, 72},  {66, 72, 200}};
  for (int row = 0; row < 6; ++row) {
    CHECK(canvas.at(8, 57 + 6 * row) == rows[row]);
    CHECK(canvas.at(151, 62 + 6 * row) == rows[row]);
  }
  CHECK((canvas.at(80, 56) == kBlack && canvas.at(80, 93) == kBlack));
  CHECK((canvas.at(98, 189) == kBlack && canvas.at(99, 189) == kRed));
  CHECK((canvas.at(114, 192) == kRed && canvas.at(115, 192) == kBlack));
  CHECK((canvas.at(80, 140) == kRed && canvas.at(81, 143) == kRed));
  CHECK((canvas.at(82, 140) == kBlack && canvas.at(80, 144) == kBlack));
  for (const int x : {36, 52, 68, 100, 136}) CHECK(canvas.at(x, 5) == kGrey);  // 000 5 1
  CHECK(canvas.at(132, 5) == kBlack);
}

TEST_CASE("Breakout: nothing happens before FIRE, and the ball's place depends on its moment") {
  std::set<std::pair<int, int>> serves;
  for (int wait = 0; wait < 8; ++wait) {
    Breakout game;
    for (int i = 0; i < wait; ++i) game.step(Breakout::kNoop);
    CHECK((game.in_play == 0 && game.moving()[1].empty()));
    game.step(Breakout::kFire);
    CHECK((game.in_play == 1 && game.ball_y == 8 * 122 && game.ball_vy == 8));
    serves.insert({game.ball_x / 8, game.ball_vx});
  }
  CHECK(serves == std::set<std::pair<int, int>>{{16, 8}, {78, -8}, {80, 8}, {142, -8}});
}

TEST_CASE("Breakout: a brick counts by its row, falls, and turns the ball") {
  const int points[] = {7, 7, 4, 4, 1, 1};
  for (int row = 0; row < 6; ++row) {
    Breakout game = in_play(60, 57 + 6 * row + 6, 8, -8);
    CHECK(game.step(Breakout::kNoop) == static_cast<float>(points[row]));
    CHECK(game.bricks_left() == 107);
    // The top three rows are fast.
    CHECK(velocity(game) == (row < 3 ? std::pair{16, 27} : std::pair{8, 8}));
    CHECK(game.score == points[row]);
    CHECK(screen(game).at(60, 57 + 6 * row) == kBlack);
  }
}

TEST_CASE(
    "Breakout: a ball meets bricks from below at their last row, from above below their top") {
  const auto breaks = [](int y, int vy, int row) {
    Breakout game = in_play(60, y, 8, vy);
    game.bricks.fill(0);
    game.bricks[static_cast<std::size_t>(row)] = Breakout::kFullRow;
    return game.step(Breakout::kNoop) != 0;
  };
  CHECK_FALSE(breaks(94, -8, 5));
  CHECK(breaks(93, -8, 5));
  CHECK_FALSE(breaks(88, -8, 4));
  CHECK(breaks(87, -8, 4));
  CHECK_FALSE(breaks(54, 8, 0));
  CHECK(breaks(55, 8, 0));
  CHECK_FALSE(breaks(64, 8, 1));  // it overlaps, but the place that counts is higher
  CHECK(breaks(65, 8, 1));
}

TEST_CASE("Breakout: where the ball is on two rows of bricks, the upper one falls") {
  Breakout game = in_play(60, 88, 8, -8);
  game.step(Breakout::kNoop);
  CHECK(game.bricks[5] == Breakout::kFullRow);
  CHECK(game.bricks[4] != Breakout::kFullRow);
}

TEST_CASE("Breakout: bricks of the top row end a pixel later") {
  for (const int row : {0, 1}) {
    Breakout game = in_play(16, 57 + 6 * row + 6, 8, -8);
    game.step(Breakout::kNoop);
    CHECK(std::countr_one(game.bricks[static_cast<std::size_t>(row)]) == row);
  }
}

TEST_CASE("Breakout: between two bricks the ball touches bat or ceiling") {
  Breakout game = in_play(60, 93, 8, -8);
  game.can_break = 0;
  CHECK(game.step(Breakout::kNoop) == 0);
  CHECK(game.bricks_left() == 108);
  const auto can_break_after = [](Breakout ball) {
    ball.can_break = 0;
    ball.bricks.fill(0);
    ball.bricks[0] = 1;
    ball.step(Breakout::kNoop);
    return ball.can_break == 1;
  };
  CHECK(can_break_after(in_play(60, 33, 8, -8)));        // ceiling
  CHECK(can_break_after(in_play(105, 186, 8, 8)));       // bat
  CHECK_FALSE(can_break_after(in_play(7, 150, -8, 8)));  // wall
}

TEST_CASE("Breakout: the ball turns at the ceiling and at the side walls, down to their feet") {
  for (const auto& [x, y, vx, vy, next_vx, next_vy] : {std::tuple{7, 150, -12, 8, 12, 8},
                                                       {8, 150, -12, 8, -12, 8},
                                                       {151, 150, 12, 8, -12, 8},
                                                       {150, 150, 12, 8, 12, 8},
                                                       {7, 195, -12, 8, 12, 8},
                                                       {7, 196, -12, 8, -12, 8},
                                                       {60, 33, 8, -8, 8, 8},
                                                       {60, 34, 8, -8, 8, -8}}) {
    Breakout game = in_play(x, y, vx, vy);
    game.bat_x = 80;
    game.step(Breakout::kNoop);
    CHECK(velocity(game) == std::pair{next_vx, next_vy});
    CHECK(game.ball_x == 8 * x + next_vx);
    CHECK(game.ball_y == 8 * y + next_vy);
  }
}

Breakout returned(int place, int returns, bool narrow = false) {
  Breakout game = in_play(99 + place, 186, 8, 8);
  game.returns = returns - 1;
  game.narrow = narrow ? 1 : 0;
  game.step(Breakout::kNoop);
  return game;
}

TEST_CASE("Breakout: the place on the bat and the number of returns make the ball's speed") {
  const auto check = [](int returns, std::pair<int, int> inner, std::pair<int, int> outer) {
    for (int place = -1; place <= 15; ++place) {
      const auto& [across, up] = place >= 2 && place <= 10 ? inner : outer;
      CHECK(velocity(returned(place, returns)) == std::pair{place <= 6 ? -across : across, -up});
      if (place <= 11) {
        const auto& [narrow_across, narrow_up] = place <= 8 && place >= 0 ? inner : outer;
        CHECK(velocity(returned(place, returns, true)) ==
              std::pair{place <= 4 ? -narrow_across : narrow_across, -narrow_up});
      }
    }
  };
  for (const int returns : {1, 3}) check(returns, {8, 12}, {12, 8});
  for (const int returns : {4, 7}) check(returns, {4, 16}, {12, 16});
  for (const int returns : {8, 11}) check(returns, {16, 8}, {16, 8});
  for (const int returns : {12, 40}) check(returns, {16, 16}, {16, 16});
  Breakout game = in_play(105, 186, 16, 27);
  game.fastest = 1;
  game.step(Breakout::kNoop);
  CHECK(velocity(game) == std::pair{-16, -27});  // for the rest of the ball
}

TEST_CASE("Breakout: one place of the bat throws the ball four pixels back") {
  for (const int vx : {8, -8}) {
    Breakout game = in_play(99 + 6, 186, vx, 8);
    game.step(Breakout::kNoop);
    CHECK(game.ball_x == 8 * (99 + 6) - 4 * vx - 8);
  }
}

TEST_CASE("Breakout: the ceiling shrinks the bat until the ball is lost") {
  Breakout game = in_play(60, 33, 8, -8);
  game.bricks.fill(0);
  game.bricks[5] = 1;
  game.step(Breakout::kNoop);
  CHECK(game.bat_width() == 12);
  game.ball_x = 8 * 20;
  game.ball_y = 8 * 216;
  game.step(Breakout::kNoop);
  CHECK(game.in_play == 1);
  game.step(Breakout::kNoop);
  CHECK(game.in_play == 0);
  CHECK(game.bat_width() == 16);
  CHECK(game.lives() == 4);
}

TEST_CASE("Breakout: five balls") {
  Breakout game;
  for (int lives = 5; lives > 0; --lives) {
    CHECK(game.lives() == lives);
    CHECK_FALSE(game.over());
    game.step(Breakout::kFire);
    while (game.in_play == 1) {
      game.bat_x = game.ball_x < 8 * 80 ? 130 : 8;
      game.step(Breakout::kNoop);
    }
  }
  CHECK(game.over());
}

TEST_CASE("Breakout: the first wall is rebuilt at the bat, the second ends the game") {
  Breakout game = in_play(105, 186, 8, 8);
  game.bricks.fill(0);
  CHECK_FALSE(game.over());
  game.step(Breakout::kNoop);
  CHECK((game.bricks_left() == 108 && game.walls == 2));
  game.bricks.fill(0);
  CHECK(game.over());
}

TEST_CASE("Breakout: the bat goes half the way to where the knob points, a frame late") {
  Breakout game;
  const auto places = [&](int action, int frames) {
    std::vector<int> result;
    for (int i = 0; i < frames; ++i) {
      game.step(action);
      result.push_back(game.bat_x);
    }
    return result;
  };
  // As the screen of the original shows.
  CHECK(places(Breakout::kLeft, 5) == std::vector{99, 96, 92, 87, 81});
  CHECK(places(Breakout::kNoop, 5) == std::vector{76, 74, 73, 72, 72});
  CHECK(places(Breakout::kRight, 4) == std::vector{72, 74, 78, 83});
  places(Breakout::kLeft, 60);
  CHECK((game.bat_x == 8 && game.knob == Breakout::kKnobMax));
  places(Breakout::kRight, 80);
  CHECK((game.bat_x == 144 && game.knob == Breakout::kKnobMin));
}
