#include "envs/arcade/space_invaders.hpp"

#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <set>
#include <vector>

using namespace tengen;
using namespace tengen::arcade;

namespace {

constexpr Colour kBlack{0, 0, 0}, kGreen{50, 132, 50}, kOlive{134, 134, 29}, kBrown{181, 83, 40},
    kPurple{151, 25, 122}, kGrey{142, 142, 142};

Canvas screen(const SpaceInvaders& game) {
  Canvas canvas;
  draw_screen(game, canvas);
  return canvas;
}

int count(const Canvas& canvas, const Rect& area, const Colour& colour) {
  int pixels = 0;
  for (int y = area.y; y < area.bottom(); ++y)
    for (int x = area.x; x < area.right(); ++x) pixels += canvas.at(x, y) == colour ? 1 : 0;
  return pixels;
}

// The sum of rewards of one game, four frames an action, at most `steps` actions.
template <class Policy>
float play(Policy&& policy, int steps) {
  SpaceInvaders game;
  float score = 0;
  for (int i = 0; i < steps && !game.over(); ++i) {
    const int action = policy(game);
    for (int frame = 0; frame < 4 && !game.over(); ++frame) score += game.step(action);
  }
  CHECK(score == static_cast<float>(game.score));
  return score;
}

void step(SpaceInvaders& game, int action, int frames) {
  for (int i = 0; i < frames; ++i) game.step(action);
}

// No aliens but those in `rows` of column 0.
SpaceInvaders with_only(std::initializer_list<int> rows) {
  SpaceInvaders game;
  game.aliens.fill(0);
  for (const int row : rows) game.aliens[static_cast<std::size_t>(row)] = 1;
  return game;
}

}  // namespace

TEST_CASE("Space Invaders: looking ahead beats firing, firing beats chance") {
  const float oracle = play([](const SpaceInvaders& game) { return game.oracle(4); }, 1000);
  const float fire = play([](const SpaceInvaders&) { return SpaceInvaders::kFire; }, 1000);
  Rng rng(1);
  float chance = 0;
  for (int i = 0; i < 40; ++i)
    chance += play([&](const SpaceInvaders&) { return static_cast<int>(rng.below(6)); }, 1000);
  CHECK(oracle >= 2500);
  CHECK(fire < oracle / 2);
  CHECK(chance / 40 > 150);
  CHECK(chance / 40 < fire);
}

TEST_CASE("Space Invaders: everything stands where it should, in its colour") {
  SpaceInvaders game;
  game.ufo_x = 70;
  game.ufo_right = 1;
  game.shot = {100, 60};
  game.bombs[2] = {110, 150};
  game.burst_x = 120;
  game.burst_y = 20;
  game.burst = 5;
  const Canvas canvas = screen(game);
  for (int row = 0; row < 6; ++row)
    for (int column = 0; column < 6; ++column) {
      const Rect alien = game.alien(row, column);
      CHECK(alien == Rect{22 + 16 * column, 31 + 18 * row, 8, 10});
      const int pixels = count(canvas, alien, kOlive);
      CHECK((pixels > 20 && pixels < 70));
    }
  CHECK(count(canvas, {0, 31, 160, 100}, kOlive) == count(canvas, game.formation(), kOlive));
  for (const int x : {42, 74, 106}) {
    const int hidden = x == 106 ? 3 : 0;  // by the bomb
    CHECK(count(canvas, {x, 157, 8, 18}, kBrown) == 20 * 6 - hidden);
    CHECK((canvas.at(x, 157) == kBlack && canvas.at(x + 2, 157) == kBrown));
    CHECK((canvas.at(x, 174) == kBrown && canvas.at(x + 4, 174) == kBlack));
  }
  CHECK(game.cannon() == Rect{41, 185, 7, 10});
  CHECK(count(canvas, game.cannon(), kGreen) > 25);
  CHECK((canvas.at(44, 185) == kGreen && canvas.at(0, 195) != kBlack));
  CHECK(count(canvas, {70, 11, 7, 8}, kPurple) > 25);
  CHECK(count(canvas, {100, 60, 1, 10}, kGrey) == 10);
  CHECK(count(canvas, {110, 150, 1, 10}, kGrey) == 10);
  CHECK(count(canvas, {120, 20, 8, 10}, kGrey) > 10);
  CHECK(canvas.at(22, 1) == kGreen);                    // score
  CHECK(count(canvas, {22, 198, 7, 10}, kGreen) > 25);  // two spare cannons
  CHECK(count(canvas, {32, 198, 7, 10}, kGreen) > 25);
  CHECK(count(canvas, {42, 198, 7, 10}, kGreen) == 0);
}

TEST_CASE("Space Invaders: the aliens have two pictures, which take turns") {
  SpaceInvaders game;
  const Canvas before = screen(game);
  ++game.steps;
  const Canvas after = screen(game);
  ++game.steps;
  const Canvas again = screen(game);
  for (int row = 0; row < 6; ++row) {
    const Rect alien = game.alien(row, 2);
    int changed = 0;
    for (int y = alien.y; y < alien.bottom(); ++y)
      for (int x = alien.x; x < alien.right(); ++x) {
        changed += before.at(x, y) == after.at(x, y) ? 0 : 1;
        CHECK(before.at(x, y) == again.at(x, y));
      }
    CHECK(changed >= 8);
  }
}

TEST_CASE("Space Invaders: the fewer the aliens, the faster they march") {
  for (int destroyed = 0; destroyed < 36; ++destroyed) {
    SpaceInvaders game;
    for (int i = 0; i < destroyed; ++i)
      game.aliens[static_cast<std::size_t>(i / 6)] &= ~(1U << i % 6);
    const int period = destroyed >= 35   ? 1
                       : destroyed >= 34 ? 2
                       : destroyed >= 33 ? 4
                       : destroyed >= 29 ? 8
                       : destroyed >= 15 ? 16
                                         : 32;
    step(game, SpaceInvaders::kNoop, period - 1);
    CHECK(game.aliens_x == 22);
    game.step(SpaceInvaders::kNoop);
    CHECK((game.aliens_x == 23 && game.aliens_y == 31 && game.steps == 1));
  }
}

TEST_CASE("Space Invaders: aliens turn at the edges of those that are left, ten pixels lower") {
  SpaceInvaders game = with_only({0});
  game.aliens[1] = 2;  // a second one, further right
  std::vector<std::pair<int, int>> turns;
  for (int i = 0; i < 800 && !game.over(); ++i) {
    const int y = game.aliens_y;
    game.step(SpaceInvaders::kNoop);
    CHECK((game.formation().x >= 22 && game.formation().right() <= 136));
    if (game.aliens_y == y) continue;
    CHECK(game.aliens_y == y + 10);
    turns.emplace_back(game.formation().x, game.formation().right());
  }
  REQUIRE(turns.size() >= 3);
  CHECK(turns[0].second == 136);
  CHECK(turns[1].first == 22);
  CHECK(turns[2].second == 136);
}

TEST_CASE("Space Invaders: an alien counts by its row, and bursts") {
  const int points[] = {30, 25, 20, 15, 10, 5};
  for (int row = 0; row < 6; ++row) {
    SpaceInvaders game;
    const Rect target = game.alien(row, 3);
    for (int below = row + 1; below < 6; ++below) game.aliens[static_cast<std::size_t>(below)] = 0;
    game.shot = {target.x + 7, target.bottom() + 3};
    CHECK(game.step(SpaceInvaders::kNoop) == static_cast<float>(points[row]));
    CHECK(game.score == points[row]);
    CHECK((game.aliens[static_cast<std::size_t>(row)] == 0b110111 && !game.shot.flies()));
    const Rect burst = game.moving()[3];
    CHECK(burst == target);
    step(game, SpaceInvaders::kNoop, 12);
    CHECK(game.moving()[3].empty());
  }
  SpaceInvaders game;  // between two columns
  game.shot = {22 + 8, 135};
  float score = 0;
  while (game.shot.flies()) score += game.step(SpaceInvaders::kNoop);
  CHECK(score == 0);
}

TEST_CASE("Space Invaders: one shot at a time, from the cannon's tip, four pixels a frame") {
  SpaceInvaders game;
  game.cannon_x = 90;
  game.step(SpaceInvaders::kFire);
  CHECK((game.shot.x == 93 && game.shot.y == 175));
  game.aliens.fill(0);
  game.clearing = 1000;
  for (int y = 171; y >= 11; y -= 4) {
    game.step(SpaceInvaders::kFire);
    CHECK((game.shot.x == 93 && game.shot.y == y));
  }
  game.step(SpaceInvaders::kNoop);
  CHECK_FALSE(game.shot.flies());
  for (const int action :
       {SpaceInvaders::kFire, SpaceInvaders::kRightFire, SpaceInvaders::kLeftFire}) {
    SpaceInvaders fresh;
    fresh.step(action);
    CHECK(fresh.shot.flies());
  }
  for (const int action : {SpaceInvaders::kNoop, SpaceInvaders::kRight, SpaceInvaders::kLeft}) {
    SpaceInvaders fresh;
    fresh.step(action);
    CHECK_FALSE(fresh.shot.flies());
  }
}

TEST_CASE("Space Invaders: the cannon moves a pixel every other frame between its ends") {
  SpaceInvaders game;
  step(game, SpaceInvaders::kRight, 20);
  CHECK(game.cannon_x == 51);
  step(game, SpaceInvaders::kLeftFire, 10);
  CHECK(game.cannon_x == 46);
  step(game, SpaceInvaders::kLeft, 20);
  CHECK(game.cannon_x == 41);
  game.cannon_x = 122;
  step(game, SpaceInvaders::kRight, 10);
  CHECK(game.cannon_x == 123);
}

TEST_CASE("Space Invaders: shields lose the first chunk that is hit, from either side") {
  SpaceInvaders game;
  const auto chunk = [&](int row, int column) {
    return (game.shields[1] >> (4 * row + column) & 1) != 0;
  };
  for (int row = 4; row >= 0; --row) {  // the notch in row 5 lets it pass
    CHECK(chunk(row, 1));
    game.shot = {74 + 3, 180};
    while (game.shot.flies()) CHECK(game.step(SpaceInvaders::kNoop) == 0);
    CHECK_FALSE(chunk(row, 1));
  }
  CHECK(chunk(4, 0));
  for (int row = 1; row < 6; ++row) {  // and the corner is cut
    CHECK(chunk(row, 0));
    game.bombs[0] = {74, 140};
    while (game.bombs[0].flies()) game.step(SpaceInvaders::kNoop);
    CHECK_FALSE(chunk(row, 0));
  }
  CHECK(std::popcount(game.shields[1]) == 10);
  CHECK(screen(game).at(74, 165) == kBlack);
  game.bombs[0] = {74, 140};  // through the hole to the ground
  while (game.bombs[0].flies()) {
    CHECK(game.bombs[0].rect().bottom() <= 195);
    game.step(SpaceInvaders::kNoop);
  }
  CHECK(game.lives() == 3);
}

TEST_CASE("Space Invaders: shields are gone when the aliens come down to them") {
  SpaceInvaders game = with_only({5});
  game.aliens_y = 157 - 10 - 10 - 5 * 18;
  game.aliens_x = 128;
  game.step(SpaceInvaders::kNoop);
  CHECK(game.formation().bottom() == 157);
  CHECK(game.shields[0] == SpaceInvaders::kNewShield);
  while (game.formation().bottom() == 157) game.step(SpaceInvaders::kNoop);
  for (const std::uint32_t shield : game.shields) CHECK(shield == 0);
}

TEST_CASE("Space Invaders: every thirty frames the lowest alien of some column drops a bomb") {
  SpaceInvaders game;
  game.aliens[5] = 0b000111;
  std::set<int> columns;
  int bombs = 0, most = 0;
  while (game.frame < 1200) {
    const auto before = game.bombs;
    game.step(SpaceInvaders::kNoop);
    game.cannon_x = game.frame % 60 < 30 ? 41 : 123;
    game.dying = 0;
    game.cannons = 3;
    int flying = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      flying += game.bombs[i].flies() ? 1 : 0;
      if (!game.bombs[i].flies() || before[i].flies()) continue;
      CHECK(game.frame % 30 == 0);
      ++bombs;
      const int column = (game.bombs[i].x - 4 - game.aliens_x) / 16;
      CHECK(game.bombs[i].x == game.aliens_x + 16 * column + 4);
      CHECK(game.bombs[i].y == game.alien(column < 3 ? 5 : 4, column).bottom() + 2);
      columns.insert(column);
    }
    most = std::max(most, flying);
  }
  CHECK(bombs == 40);
  CHECK(columns == std::set<int>{0, 1, 2, 3, 4, 5});
  CHECK(most <= 3);
  game.bombs.fill({150, 20});
  const auto full = game.bombs;
  for (int i = 0; i < 31; ++i) game.step(SpaceInvaders::kNoop);
  for (std::size_t i = 0; i < 3; ++i) CHECK(game.bombs[i].y == full[i].y + 62);  // no fourth
}

TEST_CASE("Space Invaders: a bomb costs a cannon and a pause, the third one the game") {
  SpaceInvaders game;
  for (int lives = 3; lives > 0; --lives) {
    CHECK((game.lives() == lives && !game.over()));
    game.cannon_x = 90;
    game.shot = {60, 100};
    game.bombs[0] = {90, 173};
    game.bombs[1] = {130, 100};
    game.step(SpaceInvaders::kNoop);
    CHECK(game.lives() == lives);
    game.step(SpaceInvaders::kNoop);
    CHECK(game.lives() == lives - 1);
    CHECK((!game.shot.flies() && !game.bombs[0].flies() && !game.bombs[1].flies()));
    if (lives == 1) break;
    const int frame = game.frame;
    for (int i = 0; i < 191; ++i) {
      CHECK(game.moving()[0].empty() == (i >= 126));
      CHECK(game.step(SpaceInvaders::kRightFire) == 0);
    }
    CHECK((game.frame == frame && game.cannon_x == 41 && !game.shot.flies()));
    game.step(SpaceInvaders::kFire);
    CHECK(game.shot.flies());
  }
  CHECK(game.over());
}

TEST_CASE("Space Invaders: when the aliens land the game is over") {
  SpaceInvaders game = with_only({0});
  int lowest = 0;
  while (!game.over()) {
    lowest = game.formation().bottom();
    game.bombs = {};
    game.step(SpaceInvaders::kNoop);
  }
  CHECK((game.cannons == 0 && lowest <= 185));
  CHECK(game.formation().bottom() == lowest + 10);
}

TEST_CASE("Space Invaders: a UFO comes every 960 frames, from either side, for 200 points") {
  std::set<int> sides;
  for (int shift = 0; shift < 12; ++shift) {
    SpaceInvaders game = with_only({0, 1, 2, 3, 4, 5});
    game.frame = 958;
    game.cannon_x = 60 + shift;
    game.step(SpaceInvaders::kNoop);
    CHECK(game.ufo().empty());
    game.step(SpaceInvaders::kNoop);
    sides.insert(game.ufo_right);
    CHECK((game.ufo_right > 0 ? game.ufo().right() == 1 : game.ufo_x == 159));
    const int x = game.ufo_x;
    step(game, SpaceInvaders::kNoop, 80);
    CHECK(game.ufo_x == x + 20 * game.ufo_right);
  }
  CHECK(sides == std::set<int>{-1, 1});
  SpaceInvaders game;
  game.aliens.fill(0);
  game.clearing = 2000;
  game.ufo_x = 120;
  game.ufo_right = 1;
  game.shot = {122, 23};
  CHECK(game.step(SpaceInvaders::kNoop) == 0);
  CHECK(game.step(SpaceInvaders::kNoop) == 200);
  CHECK((game.ufo().empty() && !game.shot.flies()));
  game.ufo_x = 150;
  game.ufo_right = 1;
  step(game, SpaceInvaders::kNoop, 44);
  CHECK(game.ufo().empty());
}

TEST_CASE("Space Invaders: a wave is 630 points, the next ones begin lower") {
  SpaceInvaders game;
  const int tops[] = {31, 41, 51, 51};
  for (int wave = 1; wave <= 4; ++wave) {
    CHECK((game.wave == wave && game.aliens_left() == 36));
    CHECK(game.aliens_y == tops[wave - 1]);
    CHECK(game.shields[2] == SpaceInvaders::kNewShield);
    float points = 0;
    for (int row = 5; row >= 0; --row)
      for (int column = 0; column < 6; ++column) {
        const Rect target = game.alien(row, column);
        game.shot = {target.x + 4, target.bottom()};
        game.march = 0;  // stand still
        points += game.step(SpaceInvaders::kNoop);
        game.bombs = {};
      }
    CHECK(points == 630);
    CHECK(game.aliens_left() == 0);
    game.shields[2] = 1;
    step(game, SpaceInvaders::kNoop, 64);
  }
}
