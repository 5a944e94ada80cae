#include "envs/arcade/pong.hpp"

#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <cstdlib>

using namespace tengen;
using namespace tengen::arcade;

namespace {

constexpr Colour kField{144, 72, 17}, kLight{236, 236, 236}, kOrange{213, 130, 74},
    kGreen{92, 186, 92};

Pong in_play(int x, int y, int vx, int vy) {
  Pong pong;
  pong.wait = 0;
  pong.ball_x = x;
  pong.ball_y = y;
  pong.ball_vx = vx;
  pong.ball_vy = vy;
  return pong;
}

Canvas screen(const Pong& pong) {
  Canvas canvas;
  draw_screen(pong, canvas);
  return canvas;
}

// The sum of rewards of one whole game, four frames an action.
template <class Policy>
float play(Policy&& policy) {
  Pong pong;
  float score = 0;
  while (!pong.over()) {
    const int action = policy(pong);
    for (int i = 0; i < 4 && !pong.over(); ++i) score += pong.step(action);
  }
  return score;
}

}  // namespace

TEST_CASE("Pong: the scripted player wins, a random one loses") {
  CHECK(play([](const Pong& pong) { return pong.oracle(4); }) >= 19);
  Rng rng(1);
  float sum = 0;
  for (int i = 0; i < 20; ++i)
    sum += play([&](const Pong&) { return static_cast<int>(rng.below(6)); });
  CHECK(sum / 20 < -18.5F);
  CHECK(sum / 20 > -20.99F);
}

TEST_CASE("Pong: walls, bats, ball and scores stand where they should, in their colours") {
  Pong pong = in_play(78, 101, 1, 1);
  pong.enemy_y = 60;
  pong.player_y = 120;
  const Canvas canvas = screen(pong);
  CHECK((canvas.width() == 160 && canvas.height() == 210));
  CHECK((canvas.at(0, 23) == kField && canvas.at(0, 24) == kLight));
  CHECK((canvas.at(159, 33) == kLight && canvas.at(159, 34) == kField));
  CHECK((canvas.at(80, 193) == kField && canvas.at(80, 194) == kLight));
  CHECK(canvas.at(80, 209) == kLight);
  CHECK((canvas.at(15, 60) == kField && canvas.at(16, 60) == kOrange));
  CHECK((canvas.at(19, 75) == kOrange && canvas.at(20, 75) == kField));
  CHECK((canvas.at(16, 59) == kField && canvas.at(16, 76) == kField));
  CHECK((canvas.at(139, 120) == kField && canvas.at(140, 120) == kGreen));
  CHECK((canvas.at(143, 135) == kGreen && canvas.at(144, 135) == kField));
  CHECK((canvas.at(78, 101) == kLight && canvas.at(79, 104) == kLight));
  CHECK((canvas.at(80, 101) == kField && canvas.at(78, 105) == kField));
  CHECK((canvas.at(36, 1) == kOrange && canvas.at(47, 20) == kOrange));  // 0
  CHECK((canvas.at(116, 1) == kGreen && canvas.at(127, 20) == kGreen));
  CHECK((canvas.at(20, 1) == kField && canvas.at(100, 1) == kField));  // no tens yet
}

TEST_CASE("Pong: two figures of a score") {
  Pong pong;
  pong.enemy_score = 17;
  pong.player_score = 20;
  const Canvas canvas = screen(pong);
  CHECK((canvas.at(24, 1) == kOrange && canvas.at(23, 1) == kField));  // a 1 is narrow
  CHECK((canvas.at(100, 1) == kGreen && canvas.at(99, 1) == kField));
}

TEST_CASE("Pong: bats hide behind the walls") {
  Pong pong;
  pong.player_y = 24;
  CHECK(pong.moving()[1] == Rect{140, 34, 4, 6});
  pong.player_y = 190;
  CHECK(pong.moving()[1] == Rect{140, 190, 4, 4});
}

TEST_CASE("Pong: RIGHT is up, LEFT is down, and FIRE moves nothing") {
  for (const auto& [action, direction] : {std::pair{Pong::kNoop, 0},
                                          {Pong::kFire, 0},
                                          {Pong::kRight, -1},
                                          {Pong::kRightFire, -1},
                                          {Pong::kLeft, 1},
                                          {Pong::kLeftFire, 1}}) {
    Pong pong;
    const float start = pong.player_y;
    for (int i = 0; i < 4; ++i) pong.step(action);
    CHECK((pong.player_y > start) - (pong.player_y < start) == direction);
  }
}

TEST_CASE("Pong: the bat has inertia, a top speed and an end to its way") {
  Pong pong;
  pong.step(Pong::kLeft);
  CHECK(pong.player_speed == Approx(5.75 * 0.3));
  CHECK(pong.player_y == Approx(96 + 5.75 * 0.3));
  pong.step(Pong::kLeft);
  CHECK(pong.player_speed == Approx(5.75 * (0.3 + 0.7 * 0.3)));
  for (int i = 0; i < 200; ++i) {
    pong.step(Pong::kLeft);
    REQUIRE(pong.player_y <= 190);
  }
  CHECK(pong.player_y > 189);  // the last pixels are slow
  for (int i = 0; i < 60; ++i) pong.step(Pong::kRight);
  CHECK(pong.player_y == 24);
  CHECK(pong.player_speed == Approx(-5.75));
  CHECK(pong.player_speed >= -5.75F);
}

TEST_CASE("Pong: the ball waits out of sight for 60 frames, then goes to the enemy") {
  Pong pong;
  for (int i = 0; i < 60; ++i) {
    CHECK(pong.moving()[2].empty());
    CHECK(pong.ball_x == 78);
    pong.step(Pong::kNoop);
  }
  CHECK(pong.moving()[2] == Rect{78, 115, 2, 4});
  pong.step(Pong::kNoop);
  CHECK(pong.moving()[2] == Rect{77, 116, 2, 4});
}

TEST_CASE("Pong: a point is 1 or -1, and the ball is served to whoever conceded") {
  for (const bool won : {true, false})
    for (const int y : {50, 170}) {
      Pong pong = won ? in_play(5, y, -2, 0) : in_play(155, y, 2, 0);
      pong.enemy_y = pong.ball_y < 100 ? 180 : 40;
      pong.player_y = static_cast<float>(pong.enemy_y);
      CHECK(pong.step(Pong::kNoop) == (won ? 1.0F : -1.0F));
      CHECK((pong.player_score == (won ? 1 : 0) && pong.enemy_score == (won ? 0 : 1)));
      CHECK((pong.ball_x == 78 && pong.ball_y == 115 && pong.enemy_y == 115));
      CHECK(pong.ball_vx == (won ? -1 : 1));
      CHECK(pong.ball_vy == (y > 115 ? 1 : -1));
      CHECK(pong.wait == 60);
    }
}

TEST_CASE("Pong: the first to 21 ends the game") {
  for (const bool won : {true, false}) {
    Pong pong = won ? in_play(5, 50, -2, 0) : in_play(155, 50, 2, 0);
    pong.enemy_y = 180;
    pong.player_y = 180;
    (won ? pong.player_score : pong.enemy_score) = 20;
    CHECK_FALSE(pong.over());
    pong.step(Pong::kNoop);
    CHECK(pong.over());
  }
}

TEST_CASE("Pong: each fifth of a bat returns the ball at an angle of its own") {
  const std::array expected = {-2, -2, -2, -2, -2, -1, -1, -1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2};
  for (int offset = -3; offset < 16; ++offset) {  // of the ball's top from the bat's
    Pong pong = in_play(139, 100 + offset, 1, 0);
    pong.player_y = 100;
    pong.step(Pong::kNoop);
    CHECK(pong.ball_vx == -1);
    CHECK(pong.ball_vy == expected[static_cast<std::size_t>(offset + 3)]);
  }
  for (const int offset : {-4, 16}) {  // past the bat
    Pong pong = in_play(139, 100 + offset, 1, 0);
    pong.player_y = 100;
    pong.step(Pong::kNoop);
    CHECK(pong.ball_vx == 1);
  }
  Pong pong = in_play(20, 100, -1, 0);
  pong.enemy_y = 100;
  pong.step(Pong::kNoop);
  CHECK(pong.ball_vx == 1);
  CHECK(pong.ball_vy == -2);
}

TEST_CASE("Pong: FIRE or a fast bat speeds the ball up to four pixels a frame") {
  for (int speed = 1; speed <= 4; ++speed) {
    Pong pong = in_play(140 - speed, 104, speed, 0);
    pong.player_y = 100;
    Pong calm = pong, fast = pong;
    pong.step(Pong::kFire);
    CHECK(pong.ball_vx == -std::min(speed + 1, 4));
    calm.step(Pong::kNoop);
    CHECK(calm.ball_vx == -speed);
    fast.player_y = 96;
    fast.player_speed = 5.7F;
    fast.step(Pong::kLeft);
    CHECK(fast.ball_vx == -std::min(speed + 1, 4));
  }
}

TEST_CASE("Pong: the ball stays between the walls at every speed") {
  for (const int vy : {-2, -1, 1, 2}) {
    Pong pong = in_play(80, 100, 0, vy);
    int top = 999, bottom = 0;
    for (int i = 0; i < 600; ++i) {
      pong.step(Pong::kNoop);
      top = std::min(top, pong.ball_y);
      bottom = std::max(bottom, pong.ball_y + Pong::kBallHeight);
    }
    CHECK((top == 34 && bottom == 194));
  }
}

TEST_CASE("Pong: the enemy follows the ball at two pixels a frame and rests every eighth") {
  Pong pong = in_play(120, 180, 0, 0);
  pong.enemy_y = 40;
  int rested = 0;
  for (int i = 1; i <= 64; ++i) {
    const int before = pong.enemy_y;
    pong.step(Pong::kNoop);
    CHECK((pong.enemy_y == before + 2 || pong.frame % 8 == 0));
    rested += pong.enemy_y == before ? 1 : 0;
  }
  CHECK(rested == 8);
}
