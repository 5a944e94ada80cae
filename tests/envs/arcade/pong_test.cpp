#include "envs/arcade/pong.hpp"

#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <cstdlib>
#include <tuple>
#include <vector>

using namespace tengen;
using namespace tengen::arcade;

namespace {

constexpr Colour kField{144, 72, 17}, kLight{236, 236, 236}, kOrange{213, 130, 74},
    kGreen{92, 186, 92};

// The bats stand still in the middle until someone moves them.
Pong in_play(int x, int y, int vx, int vy) {
  Pong pong;
  pong.wait = 0;
  pong.frame = 100;
  pong.ball_x = x;
  pong.ball_y = y;
  pong.ball_vx = vx;
  pong.ball_vy = vy;
  return pong;
}

void put_player(Pong& pong, int y) { pong.player_y = pong.next_player_y = y; }

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
  CHECK(play([](const Pong& pong) { return pong.oracle(4); }) == 21);
  Rng rng(1);
  float sum = 0;
  for (int i = 0; i < 20; ++i)
    sum += play([&](const Pong&) { return static_cast<int>(rng.below(6)); });
  CHECK(sum / 20 < -19.5F);
  CHECK(sum / 20 > -20.99F);
}

TEST_CASE("Pong: walls, bats, ball and scores stand where they should, in their colours") {
  Pong pong = in_play(78, 101, 1, 1);
  pong.enemy_y = 60;
  put_player(pong, 120);
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

TEST_CASE("Pong: bats and ball hide behind the walls") {
  Pong pong = in_play(60, 31, 1, 1);
  pong.player_y = 25;
  pong.enemy_y = 190;
  CHECK(pong.moving()[0] == Rect{16, 190, 4, 4});
  CHECK(pong.moving()[1] == Rect{140, 34, 4, 6});
  CHECK(pong.moving()[2] == Rect{60, 34, 2, 1});
}

TEST_CASE("Pong: the player's bat, and the ball near it, are shown on even rows") {
  Pong pong = in_play(129, 101, 1, 0);
  pong.player_y = 121;
  CHECK(pong.moving()[1] == Rect{140, 120, 4, 16});
  CHECK(pong.moving()[2] == Rect{129, 101, 2, 4});
  pong.ball_x = 130;
  CHECK(pong.moving()[2] == Rect{130, 100, 2, 4});
}

TEST_CASE("Pong: RIGHT is up, LEFT is down, and FIRE moves nothing") {
  for (const auto& [action, direction] : {std::pair{Pong::kNoop, 0},
                                          {Pong::kFire, 0},
                                          {Pong::kRight, -1},
                                          {Pong::kRightFire, -1},
                                          {Pong::kLeft, 1},
                                          {Pong::kLeftFire, 1}}) {
    Pong pong;
    const int start = pong.player_y;
    for (int i = 0; i < 4; ++i) pong.step(action);
    CHECK((pong.player_y > start) - (pong.player_y < start) == direction);
  }
}

// What the screen of the original shows: the frames of a key from rest, and the bat's rows then.
std::vector<int> rows_of(Pong& pong, int action, int frames) {
  std::vector<int> rows;
  for (int i = 0; i < frames; ++i) {
    pong.step(action);
    if (pong.frame % 2 == 0) rows.push_back(pong.moving()[1].y);
  }
  return rows;
}

TEST_CASE("Pong: every other frame the bat goes half the way to where the knob points") {
  Pong up, down, tap;
  for (Pong* pong : {&up, &down, &tap}) rows_of(*pong, Pong::kNoop, 3);
  CHECK(rows_of(up, Pong::kRight, 16) == std::vector{96, 90, 80, 70, 60, 50, 38, 34});
  CHECK(up.moving()[1] == Rect{140, 34, 4, 12});
  CHECK(rows_of(down, Pong::kLeft, 20) ==
        std::vector{96, 100, 110, 120, 130, 142, 152, 164, 176, 184});
  CHECK(rows_of(tap, Pong::kRight, 1) == std::vector{96});
  CHECK(rows_of(tap, Pong::kNoop, 8) == std::vector{92, 92, 90, 90});
}

TEST_CASE("Pong: the knob and the bat have ends") {
  Pong pong;
  rows_of(pong, Pong::kRight, 60);
  CHECK(pong.moving()[1] == Rect{140, 34, 4, 6});
  CHECK(pong.knob == Pong::kKnobMin);
  rows_of(pong, Pong::kLeft, 80);
  CHECK(pong.moving()[1] == Rect{140, 190, 4, 4});
  CHECK(pong.knob == Pong::kKnobMax);
}

TEST_CASE("Pong: ball and enemy come after 59 frames, the ball on its way to the enemy") {
  Pong pong;
  for (int i = 1; i < 59; ++i) {
    pong.step(Pong::kNoop);
    CHECK(pong.moving()[2].empty());
    CHECK(pong.moving()[0].empty());
  }
  pong.step(Pong::kNoop);
  CHECK(pong.moving()[2] == Rect{78, 115, 2, 4});
  CHECK(pong.moving()[0] == Rect{16, 115, 4, 16});
  pong.step(Pong::kNoop);
  CHECK(pong.moving()[2] == Rect{77, 116, 2, 4});
}

TEST_CASE("Pong: a point is 1 or -1, and the ball is served to whoever conceded") {
  for (const bool won : {true, false})
    for (const int vy : {-2, 0, 2}) {
      Pong pong = won ? in_play(5, 100, -2, vy) : in_play(154, 100, 2, vy);
      pong.enemy_y = 40;
      put_player(pong, 40);
      CHECK(pong.step(Pong::kNoop) == 0);
      const Rect in_goal = pong.moving()[2];
      CHECK(pong.step(Pong::kNoop) == (won ? 1.0F : -1.0F));
      CHECK(pong.moving()[2] == in_goal);
      CHECK((pong.player_score == (won ? 1 : 0) && pong.enemy_score == (won ? 0 : 1)));
      for (int i = 1; i < 63; ++i) {
        pong.step(Pong::kNoop);
        CHECK(pong.moving()[2].empty());
      }
      CHECK_FALSE(pong.moving()[0] == Rect{16, 113, 4, 16});
      pong.step(Pong::kNoop);
      const int x = won ? 78 : 80, y = vy < 0 ? 113 : 115;
      CHECK(pong.moving()[2] == Rect{x, y, 2, 4});
      CHECK(pong.ball_vx == (won ? -1 : 1));
      CHECK(pong.ball_vy == (vy < 0 ? -1 : 1));
      CHECK(std::abs(pong.enemy_y - 113) <= 2);
    }
}

TEST_CASE("Pong: the first to 21 ends the game") {
  for (const bool won : {true, false}) {
    Pong pong = won ? in_play(3, 50, -2, 0) : in_play(156, 50, 2, 0);
    (won ? pong.player_score : pong.enemy_score) = 20;
    CHECK_FALSE(pong.over());
    pong.step(Pong::kNoop);
    CHECK(pong.over());
  }
}

TEST_CASE("Pong: four rows of a bat share an angle") {
  const std::array expected = {-2, -2, -2, -1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2};
  for (int offset = -3; offset < 15; ++offset) {  // of the ball's top from the bat's
    Pong pong = in_play(139, 100, 1, 0);
    put_player(pong, 100 - offset);
    pong.step(Pong::kNoop);
    CHECK(pong.ball_vx == -1);
    CHECK(pong.ball_x == 138);
    CHECK(pong.ball_vy == expected[static_cast<std::size_t>(offset + 3)]);
  }
}

TEST_CASE("Pong: a ball that passes a bat is not turned") {
  for (const int bat : {104, 84}) {
    Pong pong = in_play(139, 100, 1, 0);
    put_player(pong, bat);
    pong.step(Pong::kNoop);
    CHECK(pong.ball_vx == 1);
  }
}

TEST_CASE("Pong: the enemy's bat sends the ball off at the same angles, never faster") {
  const std::array expected = {-3, -2, -2, -2, -2, -1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2};
  for (int offset = -3; offset < 16; ++offset)
    for (int speed = 1; speed <= 4; ++speed) {
      Pong pong = in_play(19, 100, -speed, 0);
      pong.enemy_y = 100 - offset;
      pong.fire = true;
      pong.step(Pong::kFire);
      CHECK(pong.ball_vx == speed);
      CHECK(pong.ball_vy == expected[static_cast<std::size_t>(offset + 3)]);
    }
}

TEST_CASE("Pong: FIRE in the frame that shows the hit speeds the ball up, to four at most") {
  for (int speed = 1; speed <= 4; ++speed) {
    Pong pong = in_play(140, 104, speed, 0);
    put_player(pong, 100);
    Pong late = pong;
    pong.fire = true;
    pong.step(Pong::kNoop);
    CHECK(pong.ball_vx == -std::min(speed + 1, 4));
    late.step(Pong::kFire);
    CHECK(late.ball_vx == -speed);
  }
}

TEST_CASE("Pong: a ball that is still at the bat is hit again") {
  Pong pong = in_play(143, 104, 1, 0);
  put_player(pong, 100);
  pong.fire = true;
  pong.step(Pong::kFire);
  CHECK(pong.ball_x == 141);
  pong.step(Pong::kNoop);
  CHECK(pong.ball_x == 138);
  CHECK(pong.ball_vx == -3);
}

TEST_CASE("Pong: walls turn the ball, which leaves them a row faster") {
  for (const auto& [y, vy, next] : {std::tuple{31, -1, 33},
                                    {31, -2, 34},
                                    {30, -2, 33},
                                    {32, -2, 30},
                                    {192, 1, 190},
                                    {193, 2, 190},
                                    {191, 2, 193},
                                    {31, 1, 32},
                                    {192, -1, 191}}) {
    Pong pong = in_play(80, y, 1, vy);
    pong.step(Pong::kNoop);
    CHECK(pong.ball_y == next);
  }
}

TEST_CASE("Pong: the enemy follows the ball at two pixels a frame and rests every eighth") {
  Pong pong = in_play(120, 180, 0, 0);
  pong.enemy_y = 39;
  int rested = 0;
  for (int i = 1; i <= 64; ++i) {
    const int before = pong.enemy_y;
    pong.step(Pong::kNoop);
    CHECK((pong.enemy_y == before + 2 || pong.frame % 8 == 2));
    rested += pong.enemy_y == before ? 1 : 0;
  }
  CHECK(rested == 8);
  pong.enemy_y = 179;
  pong.step(Pong::kNoop);
  CHECK(pong.enemy_y == 179);
}
