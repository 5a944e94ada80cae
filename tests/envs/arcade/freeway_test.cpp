#include "envs/arcade/freeway.hpp"

#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <cstdlib>
#include <utility>

using namespace tengen;
using namespace tengen::arcade;

namespace {

// The sum of rewards of one whole game, four frames an action.
template <class Policy>
float play(Policy&& policy) {
  Freeway game;
  float score = 0;
  while (!game.over()) {
    const int action = policy(game);
    for (int i = 0; i < 4 && !game.over(); ++i) score += game.step(action);
  }
  CHECK(score == static_cast<float>(game.score));
  return score;
}

bool inside(const Rect& car) { return car.x >= 8 && car.right() <= kScreenWidth; }

}  // namespace

TEST_CASE("Freeway: looking ahead beats running, running beats chance") {
  const float oracle = play([](const Freeway& game) { return game.oracle(4); });
  const float run = play([](const Freeway&) { return Freeway::kUp; });
  Rng rng(1);
  const float chance = play([&](const Freeway&) { return static_cast<int>(rng.below(3)); });
  CHECK(oracle >= 30);
  CHECK(oracle <= Freeway::kGameFrames / (172 + 28));
  CHECK(run >= 10);
  CHECK(run < oracle);
  CHECK(chance <= 2);
}

TEST_CASE("Freeway: pavement, road, cars, chicken and score stand where they should") {
  Freeway game;
  game.frame = 200;
  Canvas canvas;
  draw_screen(game, canvas);
  constexpr Colour kBlack{0, 0, 0}, kRoad{142, 142, 142}, kPavement{170, 170, 170},
      kYellow{252, 252, 84}, kPink{228, 111, 111};
  for (const auto& [y, colour] : {std::pair{3, kBlack},
                                  {4, kRoad},
                                  {13, kRoad},
                                  {14, kBlack},
                                  {15, kPavement},
                                  {22, kPavement},
                                  {23, kBlack},
                                  {24, kRoad},
                                  {184, kRoad},
                                  {185, kBlack},
                                  {186, kPavement},
                                  {194, kPavement},
                                  {195, kBlack}}) {
    CHECK(canvas.at(8, y) == colour);
    CHECK(canvas.at(7, y) == kBlack);
  }
  CHECK(canvas.at(49, 5) == kPink);
  CHECK(canvas.at(113, 5) == kPink);
  CHECK(canvas.at(41, 5) == kRoad);
  CHECK((canvas.at(12, 102) == kYellow && canvas.at(15, 104) == kYellow));
  CHECK((canvas.at(12, 103) == kRoad && canvas.at(16, 102) == kRoad));
  CHECK(canvas.at(12, 39) == Colour{214, 214, 214});
  CHECK(game.chicken() == Rect{44, 187, 7, 8});
  int yellow = 0;
  for (int y = 187; y < 195; ++y)
    for (int x = 44; x < 50; ++x) yellow += canvas.at(x, y) == kYellow ? 1 : 0;
  CHECK((yellow > 15 && yellow < 48));
  int other = 0;
  for (int x = 108; x < 114; ++x) other += canvas.at(x, 190) == kYellow ? 1 : 0;
  CHECK(other > 0);
  const Colour colours[] = {{167, 26, 26},  {180, 231, 117}, {105, 105, 15}, {228, 111, 111},
                            {24, 26, 167},  {162, 98, 33},   {84, 92, 214},  {184, 50, 50},
                            {135, 183, 84}, {210, 210, 64}};
  for (int lane = 0; lane < 10; ++lane) {
    const Rect car = game.car(lane);
    CHECK((car.y == 27 + 16 * lane && car.width == 8 && car.height == 10));
    if (inside(car)) CHECK(canvas.at(car.x + 3, car.y + 2) == colours[lane]);
  }
  game.score = 12;
  draw_screen(game, canvas);
  CHECK(canvas.at(43, 5) == kPink);  // a narrow 1
}

TEST_CASE("Freeway: cars move a pixel every so many frames and come round again") {
  const int periods[] = {-5, -4, -3, -2, -1, 1, 2, 3, 4, 5};
  for (int lane = 0; lane < 10; ++lane) {
    Freeway game;
    game.frame = 1;
    const int period = std::abs(periods[lane]);
    CHECK(game.car(lane).x == 157);
    game.frame = 2;  // the first move
    int x = game.car(lane).x;
    CHECK(x == (periods[lane] < 0 ? 156 : 158));
    int moves = 0;
    while (game.frame < 2 + 160 * period) {
      ++game.frame;
      const int now = game.car(lane).x;
      REQUIRE((now >= 0 && now < 160));
      if (now == x) continue;
      ++moves;
      CHECK((periods[lane] < 0 ? x - now : now - x) == (std::abs(now - x) == 1 ? 1 : -159));
      CHECK((game.frame - 2) % period == 0);
      x = now;
    }
    CHECK(moves == 160);
  }
}

TEST_CASE("Freeway: the chicken walks a pixel a frame and not below its start") {
  Freeway game;
  game.step(Freeway::kDown);
  CHECK(game.chicken_y == 187);
  game.step(Freeway::kUp);
  CHECK(game.chicken_y == 186);
  game.step(Freeway::kNoop);
  CHECK(game.chicken_y == 186);
  game.step(Freeway::kDown);
  CHECK(game.chicken_y == 187);
}

TEST_CASE("Freeway: a crossing is a point, and the chicken rests until an even frame ends it") {
  for (const int late : {0, 1}) {
    Freeway game;
    game.frame = late;
    game.chicken_y = 16;
    CHECK(game.step(Freeway::kUp) == 1);
    CHECK((game.score == 1 && game.chicken_y == 187));
    for (int i = 0; i < 29 - late; ++i) {
      CHECK(game.step(Freeway::kUp) == 0);
      CHECK(game.chicken_y == 187);
    }
    game.step(Freeway::kUp);
    CHECK(game.chicken_y == 186);
  }
}

TEST_CASE("Freeway: a car pushes the chicken 24 or 25 frames back and stuns it for 30") {
  for (const int late : {0, 1}) {
    Freeway game;
    // Wait beside the fast lane's car, then stand in its way.
    while (game.car(4).x != 52 + late) ++game.frame;
    game.chicken_y = 27 + 16 * 4;
    const int before = game.chicken_y;
    int frames = 0;
    while (game.pushed == 0 && frames++ < 20) game.step(Freeway::kNoop);
    REQUIRE(game.chicken_y == before + 1);
    const int pushes = game.frame % 2 == 0 ? 25 : 24;
    for (int i = 2; i <= pushes; ++i) {
      game.step(Freeway::kUp);
      CHECK(game.chicken_y == before + i);
    }
    for (int i = 0; i < 30; ++i) {
      game.step(Freeway::kUp);
      CHECK(game.chicken_y == before + pushes);
    }
    game.step(Freeway::kUp);
    CHECK(game.chicken_y == before + pushes - 1);
  }
}

TEST_CASE("Freeway: a car's wheels, and what is beside the chicken's head, do no harm") {
  const auto struck = [](int x, int y) {  // the chicken's top is y rows below the car's
    Freeway game;
    while (game.car(4).x != x) ++game.frame;
    game.chicken_y = 27 + 16 * 4 + y;
    game.step(Freeway::kNoop);
    return game.pushed != 0;
  };
  CHECK(struck(44, 3));
  CHECK_FALSE(struck(44, 9));
  CHECK(struck(44 + 6, 3));
  CHECK_FALSE(struck(44 + 7, 3));
  CHECK_FALSE(struck(44 + 6, -6));  // before the body, below the head
  CHECK(struck(44 + 4, -6));
}

TEST_CASE("Freeway: a game has 8192 frames, and the score blinks towards its end") {
  Freeway game;
  Canvas canvas;
  int hidden_before = 0, hidden_after = 0;
  int frames = 0;
  while (!game.over()) {
    game.step(Freeway::kNoop);
    ++frames;
    if (frames % 8 != 0) continue;
    draw_screen(game, canvas);
    const bool hidden = canvas.at(49, 5) == Colour{142, 142, 142};
    (game.frame < 7680 ? hidden_before : hidden_after) += hidden ? 1 : 0;
  }
  CHECK(frames == 8192);
  CHECK(hidden_before == 0);
  CHECK(hidden_after == 32);
}
