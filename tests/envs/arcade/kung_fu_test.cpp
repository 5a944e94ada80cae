#include "envs/arcade/kung_fu.hpp"

#include "core/rng.hpp"
#include "core/signature.hpp"
#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <set>
#include <string>

using namespace tengen;
using namespace tengen::arcade;

namespace {

using Kind = KungFu::Kind;
using Doing = KungFu::Doing;
using Shot = KungFu::Shot;
using Attack = KungFu::Attack;

// Nobody comes by himself for a while.
KungFu alone() {
  KungFu game;
  game.reset();
  game.x = 480;
  game.side = -1;
  game.camera = 400;
  game.next_encounter = KungFu::kFloorLength;
  return game;
}

KungFu::Enemy enemy(Kind kind, int x, int hits = 1) {
  KungFu::Enemy enemy;
  enemy.kind = kind;
  enemy.x = x;
  enemy.side = x > 480 ? -1 : 1;
  enemy.hits = hits;
  return enemy;
}

KungFu against(Kind kind, int ahead, int hits = 1) {
  KungFu game = alone();
  game.enemies[0] = enemy(kind, game.x + game.side * ahead, hits);
  return game;
}

float hold(KungFu& game, int action, int frames) {
  float reward = 0;
  for (int i = 0; i < frames; ++i) reward += game.step(action);
  return reward;
}

// The end of a floor.
KungFu at_end_of(int floor) {
  KungFu game;
  game.reset();
  game.cleared = floor;
  const int way = game.way();
  game.x = way > 0 ? KungFu::kFloorLength - 70 : 70;
  game.side = way;
  game.camera = way > 0 ? KungFu::kFloorLength - kScreenWidth : 0;
  return game;
}

// With its master a step away.
KungFu before_boss(int floor) {
  KungFu game = at_end_of(floor);
  game.step(KungFu::kNoop);
  return game;
}

template <class Policy>
KungFu play(std::uint64_t seed, Policy&& policy) {
  KungFu game;
  game.reset();
  Rng rng(seed);
  hold(game, KungFu::kNoop, 1 + static_cast<int>(rng.below(30)));
  for (int i = 0; i < 27000 && !game.over(); ++i) {
    const int action = policy(game, rng);
    for (int frame = 0; frame < 4 && !game.over(); ++frame) game.step(action);
  }
  return game;
}

int random_action(const KungFu&, Rng& rng) { return static_cast<int>(rng.below(14)); }
int oracle_action(const KungFu& game, Rng&) { return game.oracle(4); }

Canvas screen(const KungFu& game) {
  Canvas canvas;
  draw_screen(game, canvas);
  return canvas;
}

}  // namespace

TEST_CASE("Kung-Fu: the keys are ALE's, in its order") {
  CHECK(KungFu::action_names() ==
        std::vector<std::string>{"NOOP", "UP", "RIGHT", "LEFT", "DOWN", "DOWNRIGHT", "DOWNLEFT",
                                 "RIGHTFIRE", "LEFTFIRE", "DOWNFIRE", "UPRIGHTFIRE", "UPLEFTFIRE",
                                 "DOWNRIGHTFIRE", "DOWNLEFTFIRE"});
  CHECK(KungFu::kDownLeftFire == 13);
}

TEST_CASE("Kung-Fu: the scripted player clears floors, a random one hardly beats anybody") {
  float oracle = 0, random = 0;
  int floors = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const KungFu expert = play(seed, oracle_action);
    oracle += static_cast<float>(expert.score) / 10;
    floors += expert.cleared;
    random += static_cast<float>(play(seed, random_action).score) / 10;
  }
  CHECK(oracle > 15000);
  CHECK(floors >= 15);
  CHECK(random > 100);
  CHECK(random < 1000);
}

TEST_CASE("Kung-Fu: the same keys make the same game, other keys another") {
  const KungFu a = play(3, random_action), b = play(3, random_action), c = play(4, random_action);
  CHECK((a.score == b.score && a.frame == b.frame && a.luck == b.luck && a.enemies == b.enemies));
  CHECK((a.frame != c.frame || a.luck != c.luck));
}

// The environment's signature is of random play, which never meets a master or a later floor.
TEST_CASE("Kung-Fu: rules and pictures of all floors are those that networks were trained on") {
  Signature signature;
  for (int floor = 0; floor < 5; ++floor) {
    KungFu game = at_end_of(floor);
    game.x -= 600 * game.way();  // the way to the master, and him
    game.camera = std::clamp(game.x - 80, 0, KungFu::kFloorLength - kScreenWidth);
    for (int i = 0; i < 800 && !game.over(); ++i) {
      const int action = game.oracle(4);
      for (int frame = 0; frame < 4 && !game.over(); ++frame) game.step(action);
      for (const int value : {game.score, game.energy, game.boss_energy, game.x, game.shot_x})
        signature.add(static_cast<std::uint64_t>(value));
      if (i % 8 == 0) signature.add(std::as_bytes(screen(game).rgb()));
    }
  }
  CHECK(signature.text() == "032e06cf2788cd0b");
}

TEST_CASE("Kung-Fu: every key does what it says") {
  KungFu game = alone();
  hold(game, KungFu::kRight, 10);
  CHECK((game.x == 490 && game.side == 1));
  hold(game, KungFu::kLeft, 5);
  CHECK((game.x == 485 && game.side == -1));
  game.step(KungFu::kDownRight);
  CHECK((game.ducks() && game.side == 1 && game.x == 485));
  game.step(KungFu::kNoop);
  CHECK_FALSE(game.ducks());
  const std::pair<int, Attack> attacks[] = {
      {KungFu::kRightFire, Attack::kStrike},   {KungFu::kLeftFire, Attack::kStrike},
      {KungFu::kDownFire, Attack::kSweep},     {KungFu::kDownRightFire, Attack::kSweep},
      {KungFu::kDownLeftFire, Attack::kSweep}, {KungFu::kUpRightFire, Attack::kKick},
      {KungFu::kUpLeftFire, Attack::kKick}};
  for (const auto& [action, attack] : attacks) {
    KungFu fighter = alone();
    fighter.step(action);
    CHECK(fighter.attack == attack);
    const std::string name = KungFu::action_names()[static_cast<std::size_t>(action)];
    CHECK((fighter.side == 1) == (name.find("RIGHT") != std::string::npos));
  }
}

TEST_CASE("Kung-Fu: a jump takes 34 frames, keeps its way and cannot be a kick") {
  KungFu game = alone();
  hold(game, KungFu::kLeft, 4);
  const int from = game.x;
  int highest = 0, frames = 0;
  game.step(KungFu::kUp);
  do {
    game.step(KungFu::kUpLeftFire);
    CHECK((game.attack == Attack::kNone || game.in_air == 0));
    highest = std::max(highest, game.height());
    ++frames;
  } while (game.in_air > 0);
  CHECK(highest == 24);
  CHECK(frames == 33);
  CHECK(game.x == from - 33);
}

TEST_CASE("Kung-Fu: a group of henchmen walks up 16 pixels apart, holds and drains") {
  KungFu game = alone();
  for (int i = 0; i < 3; ++i)
    game.enemies[static_cast<std::size_t>(i)] = enemy(Kind::kHenchman, 440 - 16 * i);
  hold(game, KungFu::kNoop, 10);
  CHECK(
      (game.enemies[0].x - game.enemies[1].x == 16 && game.enemies[1].x - game.enemies[2].x == 16));
  CHECK(game.energy == 38);
  for (int i = 0; i < 100 && game.holders() < 3; ++i) game.step(KungFu::kNoop);
  REQUIRE(game.holders() == 3);
  const int energy = game.energy, x = game.x;
  hold(game, KungFu::kLeft, 8);
  CHECK(game.x == x);  // held
  CHECK(game.energy == energy - 6);
}

TEST_CASE("Kung-Fu: who turns about shakes them off, with the button twice as fast") {
  const auto turns_to_be_free = [](int right, int left) {
    KungFu game = against(Kind::kHenchman, 8);
    while (game.holders() == 0) game.step(KungFu::kNoop);
    int turns = 0;
    for (; game.holders() > 0 && turns < 20; ++turns) game.step(turns % 2 == 0 ? right : left);
    CHECK(game.enemies[0].doing == Doing::kFalls);
    CHECK(game.score == 0);
    return turns;
  };
  CHECK(turns_to_be_free(KungFu::kRight, KungFu::kLeft) == 6);
  CHECK(turns_to_be_free(KungFu::kRightFire, KungFu::kLeftFire) == 3);
  CHECK(turns_to_be_free(KungFu::kDownRight, KungFu::kDownLeftFire) == 4);
  KungFu game = against(Kind::kHenchman, 8);
  while (game.holders() == 0) game.step(KungFu::kNoop);
  hold(game, KungFu::kLeftFire, 40);  // facing him is no turn
  CHECK(game.holders() == 1);
}

TEST_CASE("Kung-Fu: points") {
  struct Row {
    Kind kind;
    int action, up, hits;
    float points;
  };
  const Row rows[] = {{Kind::kHenchman, KungFu::kLeftFire, 0, 1, 200},
                      {Kind::kHenchman, KungFu::kUpLeftFire, 0, 1, 100},
                      {Kind::kHenchman, KungFu::kDownLeftFire, 0, 1, 100},
                      {Kind::kThrower, KungFu::kLeftFire, 0, 1, 500},
                      {Kind::kImp, KungFu::kDownLeftFire, 0, 1, 300},
                      {Kind::kSnake, KungFu::kDownLeftFire, 0, 1, 200},
                      {Kind::kBall, KungFu::kLeftFire, 22, 1, 400},
                      {Kind::kMoth, KungFu::kLeftFire, 20, 1, 500},
                      {Kind::kDragon, KungFu::kDownLeftFire, 0, 1, 1000}};
  for (const Row& row : rows) {
    KungFu game = against(row.kind, 13, row.hits);
    game.enemies[0].up = row.up;
    CHECK(hold(game, row.action, 8) == row.points);
    CHECK(game.score == static_cast<int>(row.points));
    CHECK(game.enemies[0].doing == Doing::kFalls);
    hold(game, KungFu::kNoop, 30);
    CHECK(game.enemies[0].kind == Kind::kNone);
    CHECK(game.energy == 38);
  }
}

TEST_CASE("Kung-Fu: a blow hits where it is aimed, and one enemy only") {
  KungFu behind = against(Kind::kHenchman, 12);
  CHECK(hold(behind, KungFu::kRightFire, 12) == 0);
  KungFu high = against(Kind::kSnake, 13);
  CHECK(hold(high, KungFu::kLeftFire, 8) == 0);  // over it
  KungFu far = against(Kind::kThrower, 15);
  far.enemies[0].hits = 1;
  KungFu kick = far;
  CHECK(hold(far, KungFu::kLeftFire, 8) == 0);
  CHECK(hold(kick, KungFu::kUpLeftFire, 8) == 500);  // the leg is longer
  KungFu two = against(Kind::kHenchman, 13);
  two.enemies[1] = two.enemies[0];
  CHECK(hold(two, KungFu::kLeftFire, 6) == 200);
}

TEST_CASE("Kung-Fu: a thrower takes two hits") {
  KungFu game = against(Kind::kThrower, 13, 2);
  CHECK(hold(game, KungFu::kLeftFire, 12) == 0);
  CHECK(game.enemies[0].doing == Doing::kReels);
  float points = 0;
  for (int i = 0; i < 200 && points == 0; ++i) {
    game.shot = Shot::kNone;
    const int action =
        std::abs(game.enemies[0].x - game.x) > 12 ? KungFu::kLeft : KungFu::kLeftFire;
    points = game.step(action);
  }
  CHECK(points == 500);
}

TEST_CASE("Kung-Fu: knives fly high and low; duck or jump") {
  const auto energy_after = [](int up, int action) {
    KungFu game = alone();
    game.shot = Shot::kKnife;
    game.shot_x = 445;
    game.shot_up = up;
    game.shot_speed = 2;
    for (int i = 0; i < 40; ++i) game.step(action);
    CHECK(game.shot_x != 445);
    return game.energy;
  };
  CHECK(energy_after(27, KungFu::kNoop) == 32);
  CHECK(energy_after(6, KungFu::kNoop) == 32);
  CHECK(energy_after(27, KungFu::kDown) == 38);
  CHECK(energy_after(6, KungFu::kDown) == 32);
  CHECK(energy_after(6, KungFu::kUp) == 38);
  std::set<int> heights;
  KungFu game = against(Kind::kThrower, 50, 2);
  for (int i = 0; i < 3000 && heights.size() < 2; ++i) {
    game.energy = 38;
    game.step(KungFu::kNoop);
    if (game.shot == Shot::kKnife) heights.insert(game.shot_up);
  }
  CHECK(heights == std::set<int>{6, 27});
}

TEST_CASE("Kung-Fu: what creeps, flies, bursts and breathes hurts who does not evade it") {
  const auto energy_after = [](Kind kind, int ahead, int up, int action, int frames) {
    KungFu game = against(kind, ahead);
    game.enemies[0].up = up;
    hold(game, action, frames);
    return game.energy;
  };
  CHECK(energy_after(Kind::kSnake, 24, 0, KungFu::kNoop, 40) == 33);
  CHECK(energy_after(Kind::kSnake, 20, 0, KungFu::kUp, 34) == 38);
  CHECK(energy_after(Kind::kMoth, 40, 20, KungFu::kNoop, 60) == 34);
  CHECK(energy_after(Kind::kImp, 60, 0, KungFu::kNoop, 90) == 33);
  CHECK(energy_after(Kind::kBall, 0, 40, KungFu::kNoop, 100) == 30);
  CHECK(energy_after(Kind::kBall, 0, 40, KungFu::kDown, 100) == 38);
  CHECK(energy_after(Kind::kDragon, 60, 0, KungFu::kNoop, 120) == 31);
  CHECK(energy_after(Kind::kDragon, 60, 0, KungFu::kDown, 120) == 38);
}

TEST_CASE("Kung-Fu: five masters, each of whom ends his floor") {
  for (int floor = 0; floor < 5; ++floor) {
    KungFu game = before_boss(floor);
    REQUIRE(game.enemies[0].kind == Kind::kBoss);
    game.energy = 31;
    game.time = 1234;
    game.boss_energy = 1;
    game.enemies[0].x = game.x + 12 * game.side;
    const int before = game.score;
    const float reward = hold(game, game.side > 0 ? KungFu::kRightFire : KungFu::kLeftFire, 6);
    CHECK(reward == static_cast<float>(1000 * (floor + 1) + 1200 + 1500));
    CHECK(game.score == before + static_cast<int>(reward));
    CHECK((game.boss_energy == 0 && game.triumph > 0));
    const int way = game.way();
    while (game.cleared == floor) game.step(KungFu::kNoop);
    CHECK(game.way() == (floor == 4 ? way : -way));  // the next leads back; after five, anew
    CHECK(game.progress() == 40);
    CHECK((game.energy == 38 && game.boss_energy == 38 && game.time == 2000));
    CHECK(game.lives() == 4);
  }
}

TEST_CASE("Kung-Fu: the masters differ in reach, strength and staying power") {
  std::set<std::pair<int, int>> kinds;  // energy that one blow costs the master, and the player
  for (int floor = 0; floor < 5; ++floor) {
    KungFu game = before_boss(floor);
    game.enemies[0].x = game.x + 14 * game.side;
    KungFu hit = game;
    hold(hit, game.side > 0 ? KungFu::kUpRightFire : KungFu::kUpLeftFire, 8);
    for (int i = 0; i < 200 && game.energy == 38; ++i) game.step(KungFu::kNoop);
    kinds.insert({hit.boss_energy, game.energy});
  }
  CHECK(kinds == std::set<std::pair<int, int>>{{33, 32}, {35, 27}, {33, 31}, {34, 30}});
  bool boomerang = false, fire = false, vanished = false;
  KungFu thrower = before_boss(1), sorcerer = before_boss(3);
  thrower.enemies[0].x = KungFu::kFloorLength - 30;
  for (int i = 0; i < 200; ++i) {
    thrower.stun = 14;  // nothing hits
    thrower.step(KungFu::kNoop);
    boomerang = boomerang || (thrower.shot == Shot::kBoomerang && thrower.shot_speed > 0);  // back
    sorcerer.step(KungFu::kNoop);
    fire = fire || sorcerer.shot == Shot::kFire;
  }
  sorcerer = before_boss(3);
  sorcerer.enemies[0].x = sorcerer.x + 12;
  for (int i = 0; i < 40; ++i) {
    sorcerer.step(KungFu::kRightFire);
    vanished = vanished || sorcerer.enemies[0].doing == Doing::kHidden;
  }
  CHECK((boomerang && fire && vanished));
}

TEST_CASE("Kung-Fu: the grand master guards the height at which he was hit last") {
  KungFu game = before_boss(4);
  const auto strike = [&](int action) {
    KungFu::Enemy& master = game.enemies[0];
    master.doing = Doing::kMoves;
    master.clock = 0;
    master.x = game.x - 13;
    const int before = game.boss_energy;
    game.attack = Attack::kNone;
    hold(game, action, 6);
    return before - game.boss_energy;
  };
  CHECK(strike(KungFu::kLeftFire) == 4);
  CHECK(strike(KungFu::kUpLeftFire) == 0);
  CHECK(strike(KungFu::kDownLeftFire) == 4);
  CHECK(strike(KungFu::kDownLeftFire) == 0);
  CHECK(strike(KungFu::kLeftFire) == 4);
}

TEST_CASE("Kung-Fu: time and energy cost a life, the fourth ends the game") {
  KungFu game = alone();
  hold(game, KungFu::kNoop, 20);
  CHECK(game.time == 1990);
  for (int lives = 4; lives > 0; --lives) {
    CHECK((game.lives() == lives && !game.over()));
    if (lives % 2 == 0)
      game.time = 1;
    else
      game.energy = 0;
    hold(game, KungFu::kNoop, 3);
    CHECK(game.falling > 0);
    CHECK(game.lives() == lives);
    while (game.falling > 0) game.step(KungFu::kLeftFire);
    CHECK(game.lives() == lives - 1);
    if (lives > 1) CHECK((game.energy == 38 && game.time == 2000 && game.x == 480));
  }
  CHECK(game.over());
}

TEST_CASE("Kung-Fu: the second round hurts more") {
  const auto lost = [](int cleared) {
    KungFu game = alone();
    game.cleared = cleared;
    game.shot = Shot::kKnife;
    game.shot_x = game.x - 8;
    game.shot_up = 27;
    game.shot_speed = 2;
    hold(game, KungFu::kNoop, 4);
    return 38 - game.energy;
  };
  CHECK(lost(0) == 6);
  CHECK(lost(10) == 9);
}

TEST_CASE("Kung-Fu: the way brings encounters, and so does waiting") {
  KungFu game;
  game.reset();
  const auto anybody = [&] {
    return std::ranges::any_of(game.enemies,
                               [](const KungFu::Enemy& e) { return e.kind != Kind::kNone; });
  };
  hold(game, KungFu::kLeft, 15);
  CHECK_FALSE(anybody());
  hold(game, KungFu::kLeft, 10);
  CHECK(anybody());
  game = alone();
  hold(game, KungFu::kNoop, 150);
  CHECK_FALSE(anybody());
  hold(game, KungFu::kNoop, 100);
  CHECK(anybody());
}

TEST_CASE("Kung-Fu: hall, bars, figures and what is thrown stand where they should") {
  KungFu game = alone();
  game.energy = 20;
  game.boss_energy = 30;
  game.shot = Shot::kKnife;
  game.shot_x = game.camera + 20;
  game.shot_up = 27;
  const Canvas canvas = screen(game);
  const Colour yellow{232, 232, 74}, red{184, 50, 50}, green{128, 232, 128}, white{214, 214, 214};
  CHECK((canvas.at(49, 41) == yellow && canvas.at(68, 45) == yellow));
  CHECK_FALSE(canvas.at(69, 41) == yellow);
  CHECK((canvas.at(49, 49) == red && canvas.at(78, 53) == red));
  CHECK_FALSE(canvas.at(79, 49) == red);
  CHECK(canvas.at(31, 10) == green);   // 2000
  CHECK(canvas.at(23, 20) == green);   // 000000
  CHECK(canvas.at(99, 31) == white);   // 4
  CHECK(canvas.at(20, 132) == white);  // the knife, at the head
  CHECK(canvas.at(80, 138) == white);  // the jacket
  CHECK(canvas.at(80, 159 + 3) == Colour{112, 80, 48});
  KungFu next = game;
  next.camera += 1;
  int different = 0;
  const Canvas scrolled = screen(next);
  for (int y = 88; y < 160; ++y)
    for (int x = 0; x < 150; ++x) different += canvas.at(x + 1, y) == scrolled.at(x, y) ? 0 : 1;
  CHECK(different == 0);  // pillars and figures move with the ground
}

TEST_CASE("Kung-Fu: progress_reward pays for the way, and only where it is asked for") {
  ArcadeOptions options;
  options.noop_max = 0;
  Arcade<KungFu> plain(options);
  options.progress_reward = 2;
  Arcade<KungFu> aided(options);
  Rng rng(1), other(1), keys(2);
  plain.reset(rng);
  aided.reset(other);
  float aid = 0;
  const int start = aided.game().travelled();
  for (int step = 0; step < 300; ++step) {
    const int action = keys.chance(0.5) ? KungFu::kLeft : static_cast<int>(keys.below(14));
    const float reward = plain.step(action, rng).reward;
    aid += aided.step(action, other).reward - reward;
    CHECK(aided.scored() == reward);
  }
  CHECK(aided.game().travelled() > start);
  CHECK(aid == Approx(2 * (aided.game().travelled() - start)));
  CHECK(aided.game().score == plain.game().score);
}
