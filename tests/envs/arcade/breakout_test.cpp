#include "envs/arcade/breakout.hpp"

#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace tengen;
using namespace tengen::arcade;

namespace {

constexpr Colour kBlack{0, 0, 0}, kGrey{142, 142, 142}, kRed{200, 72, 72};

Breakout in_play(int x, int y, int right, int down, int pace = 0) {
  Breakout game;
  game.in_play = 1;
  game.ball_x = x;
  game.ball_y = y;
  game.ball_right = right;
  game.ball_down = down;
  game.pace = pace;
  return game;
}

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
  const Canvas canvas = screen(in_play(80, 140, 1, 1));
  CHECK((canvas.at(0, 16) == kBlack && canvas.at(0, 17) == kGrey));
  CHECK((canvas.at(80, 31) == kGrey && canvas.at(80, 32) == kBlack));
  CHECK((canvas.at(7, 100) == kGrey && canvas.at(8, 100) == kBlack));
  CHECK((canvas.at(151, 100) == kBlack && canvas.at(152, 100) == kGrey));
  CHECK((canvas.at(0, 195) == kGrey && canvas.at(0, 196) == kBlack));
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
    CHECK((game.in_play == 1 && game.ball_y == 122 && game.ball_down == 1));
    serves.insert({game.ball_x, game.ball_right});
  }
  CHECK(serves == std::set<std::pair<int, int>>{{16, 1}, {78, -1}, {80, 1}, {142, -1}});
}

TEST_CASE("Breakout: a brick counts by its row, falls, and turns the ball") {
  const int points[] = {7, 7, 4, 4, 1, 1};
  for (int row = 0; row < 6; ++row) {
    Breakout game = in_play(60, 57 + 6 * row + 6, 1, -1);
    CHECK(game.step(Breakout::kNoop) == static_cast<float>(points[row]));
    CHECK(game.bricks_left() == 107);
    CHECK(game.ball_down == 1);
    CHECK(game.score == points[row]);
    CHECK(game.pace == (row < 3 ? 4 : 0));  // the top three rows are fast
    const int x = 60 + 1;                   // the ball was going right
    CHECK(screen(game).at(x, 57 + 6 * row) == kBlack);
  }
}

TEST_CASE("Breakout: between two bricks the ball touches bat, ceiling or a low wall") {
  Breakout game = in_play(60, 93, 1, -1);
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
  CHECK(can_break_after(in_play(60, 33, 1, -1)));       // ceiling
  CHECK(can_break_after(in_play(9, 150, -1, 1)));       // wall below the bricks
  CHECK_FALSE(can_break_after(in_play(9, 80, -1, 1)));  // wall beside them
  CHECK(can_break_after(in_play(105, 185, 1, 1)));      // bat
}

TEST_CASE("Breakout: five paces") {
  const int paces[5][4] = {{1, 1, 1, 1}, {1, 1, 2, 1}, {1, 1, 1, 2}, {2, 2, 2, 2}, {2, 3, 2, 3}};
  for (int pace = 0; pace < 5; ++pace) {
    Breakout game = in_play(60, 140, 1, 1, pace);
    for (int i = 0; i < 2; ++i) {
      const int x = game.ball_x, y = game.ball_y;
      game.step(Breakout::kNoop);
      CHECK(game.ball_x - x == paces[pace][2 * i]);
      CHECK(game.ball_y - y == paces[pace][2 * i + 1]);
    }
  }
}

TEST_CASE("Breakout: the bat's fifths steer, twelve returns speed up") {
  for (int x = 98; x < 115; ++x) {
    Breakout game = in_play(x - 1, 185, 1, 1);
    game.bat_x = 99;
    game.step(Breakout::kNoop);
    const int fifth = std::clamp((x + 1 - 99) * 5 / 16, 0, 4);
    CHECK(game.ball_down == -1);
    CHECK(game.ball_right == (fifth < 2 ? -1 : 1));
    CHECK(game.pace == (fifth == 0 || fifth == 4 ? 1 : 2));
  }
  Breakout game = in_play(105, 185, 1, 1);
  game.returns = 11;
  game.step(Breakout::kNoop);
  CHECK(game.pace == 3);
  game = in_play(105, 185, 1, 1, 4);
  game.step(Breakout::kNoop);
  CHECK(game.pace == 4);  // for the rest of the ball
}

TEST_CASE("Breakout: the ceiling shrinks the bat until the ball is lost") {
  Breakout game = in_play(60, 33, 1, -1);
  game.bricks.fill(0);
  game.bricks[5] = 1;
  game.step(Breakout::kNoop);
  CHECK(game.bat_width() == 12);
  game.bat_x = 8;
  game.ball_x = 120;
  game.ball_y = 208;
  while (game.in_play == 1) game.step(Breakout::kNoop);
  CHECK(game.bat_width() == 16);
  CHECK(game.lives() == 4);
}

TEST_CASE("Breakout: five balls") {
  Breakout game;
  for (int lives = 5; lives > 0; --lives) {
    CHECK(game.lives() == lives);
    CHECK_FALSE(game.over());
    game.step(Breakout::kFire);
    game.bat_x = game.ball_x < 80 ? 130 : 8;
    while (game.in_play == 1) {
      game.bat_x = game.ball_x < 80 ? 130 : 8;
      game.step(Breakout::kNoop);
    }
  }
  CHECK(game.over());
}

TEST_CASE("Breakout: the first wall is rebuilt at the bat, the second ends the game") {
  Breakout game = in_play(105, 185, 1, 1);
  game.bricks.fill(0);
  CHECK_FALSE(game.over());
  game.step(Breakout::kNoop);
  CHECK((game.bricks_left() == 108 && game.walls == 2));
  game.bricks.fill(0);
  CHECK(game.over());
}

TEST_CASE("Breakout: the bat gathers speed, coasts and stops at the walls") {
  Breakout game;
  game.bat_x = 60;
  std::vector<int> speeds;
  for (int i = 0; i < 6; ++i) {
    game.step(Breakout::kRight);
    speeds.push_back(game.bat_speed);
  }
  for (int i = 0; i < 4; ++i) {
    game.step(Breakout::kNoop);
    speeds.push_back(game.bat_speed);
  }
  CHECK(speeds == std::vector<int>{3, 5, 4, 5, 6, 6, 3, 2, 1, 0});
  CHECK(game.bat_x == 60 + 29 + 6);
  game.step(Breakout::kRight);
  game.step(Breakout::kLeft);
  CHECK(game.bat_speed == -3);
  for (int i = 0; i < 60; ++i) game.step(Breakout::kLeft);
  CHECK(game.bat_x == 8);
  for (int i = 0; i < 60; ++i) game.step(Breakout::kRight);
  CHECK(game.bat_x == 136);
}
