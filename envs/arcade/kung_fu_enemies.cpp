// How Kung-Fu's enemies move and fight.
#include "envs/arcade/kung_fu.hpp"

namespace tengen::arcade {
namespace {

struct Style {
  int speed;
  int keep;   // the distance from the player that he seeks
  int reach;  // of his blows
  int damage, loss;
  int ready, rest;  // frames before and after a blow or throw
  int low;          // how many of 16 blows are at the feet
  KungFu::Shot shot;
  bool steady;  // no blow stops him
  bool learns;  // he guards the height at which he was hit last
  bool vanishes;
};
// These are the stick fighter, boomerang thrower, giant, sorcerer and grand master.
constexpr Style kStyles[KungFu::kFloors] = {
    {7, 20, 26, 6, 5, 20, 36, 5, KungFu::Shot::kNone, false, false, false},
    {6, 64, 15, 6, 5, 18, 44, 8, KungFu::Shot::kBoomerang, false, false, false},
    {4, 14, 20, 11, 3, 18, 26, 4, KungFu::Shot::kNone, true, false, false},
    {6, 56, 15, 8, 5, 16, 36, 8, KungFu::Shot::kFire, false, false, true},
    {9, 16, 18, 8, 4, 10, 20, 8, KungFu::Shot::kNone, false, true, false}};

constexpr int kGrip = 7;
constexpr int kHigh = 27, kLow = 6;  // heights of throws and of a boss's blows
constexpr int kBoomerangTurns = 44;

constexpr int kLeapFrames = 36, kLeapHeight = 30;

}  // namespace

const KungFu::Trait& KungFu::trait(Kind kind) {
  static constexpr Trait kTraits[] = {{},
                                      {4, 32, 9, 0, 100},    // henchman
                                      {4, 32, 6, 0, 500},    // thrower
                                      {4, 14, 11, 5, 300},   // imp
                                      {6, 8, 8, 5, 200},     // snake
                                      {4, 8, 3, 8, 400},     // ball
                                      {4, 6, 10, 4, 500},    // moth
                                      {6, 16, 0, 6, 1000},   // dragon
                                      {5, 34, 0, 0, 1000}};  // boss, times the floor
  return kTraits[static_cast<std::size_t>(kind)];
}

void KungFu::hit(Enemy& enemy) {
  if (enemy.kind == Kind::kBoss) return hit_boss(enemy);
  enemy.side = enemy.x > x ? -1 : 1;
  enemy.clock = 0;
  if (--enemy.hits > 0) {
    enemy.doing = Doing::kReels;
    return;
  }
  enemy.doing = Doing::kFalls;
  // A henchman whom the player lets come as near as a strike needs is worth twice as much.
  const bool close = enemy.kind == Kind::kHenchman && attack == Attack::kStrike;
  score += trait(enemy.kind).points * (close ? 2 : 1);
}

void KungFu::hit_boss(Enemy& enemy) {
  const Style& style = kStyles[floor()];
  const Guard here = attack == Attack::kSweep ? Guard::kLow : Guard::kHigh;
  if (enemy.doing == Doing::kMoves && enemy.guard == here) return;
  if (style.learns) enemy.guard = here;
  boss_energy -= style.loss;
  if (boss_energy <= 0) {
    boss_energy = 0;
    enemy.doing = Doing::kFalls;
    enemy.clock = 0;
    return clear_floor();
  }
  if (style.steady && enemy.doing != Doing::kMoves) return;
  enemy.doing = Doing::kReels;
  enemy.clock = 0;
}

void KungFu::move_enemy(Enemy& enemy) {
  ++enemy.clock;
  if (enemy.doing == Doing::kFalls) {
    if (enemy.clock < 10 && enemy.kind != Kind::kDragon) enemy.x -= 2 * enemy.side;
    enemy.up = std::max(0, enemy.up - 2);
    if (enemy.clock > 24 && enemy.kind != Kind::kBoss) enemy = {};
    return;
  }
  switch (enemy.kind) {
    case Kind::kHenchman:
      move_henchman(enemy);
      break;
    case Kind::kThrower:
      move_thrower(enemy);
      break;
    case Kind::kImp:
      move_imp(enemy);
      break;
    case Kind::kBall:
      move_ball(enemy);
      break;
    case Kind::kDragon:
      move_dragon(enemy);
      break;
    case Kind::kBoss:
      return move_boss(enemy);
    default:
      move_beast(enemy);
  }
  if (enemy.x < camera - 80 || enemy.x > camera + kScreenWidth + 80) enemy = {};
}

void KungFu::move_henchman(Enemy& enemy) {
  if (enemy.doing == Doing::kHolds) {
    enemy.x = x - enemy.side * kGrip;
    if (enemy.clock % std::max(2, 4 - round()) == 0) --energy;
    return;
  }
  enemy.side = enemy.x > x ? -1 : 1;
  if (distance(enemy) > kGrip) enemy.x += enemy.side * pace(trait(enemy.kind).speed + round());
  if (distance(enemy) > kGrip || height() > 10) return;
  enemy.doing = Doing::kHolds;
  enemy.clock = 0;
}

void KungFu::move_thrower(Enemy& enemy) {
  constexpr int kKeep = 56, kReady = 16, kThrown = 12;
  enemy.side = enemy.x > x ? -1 : 1;
  switch (enemy.doing) {
    case Doing::kReels:
      if (enemy.clock < 8) enemy.x -= enemy.side;
      if (enemy.clock > 20) enemy.doing = Doing::kMoves, enemy.clock = 10;
      return;
    case Doing::kReadies:
      if (enemy.clock < kReady) return;
      if (shot == Shot::kNone) throw_shot(enemy, Shot::kKnife);
      enemy.doing = Doing::kStrikes;
      enemy.clock = 0;
      return;
    case Doing::kStrikes:
      if (enemy.clock > kThrown) enemy.doing = Doing::kMoves, enemy.clock = 0;
      return;
    default:
      break;
  }
  if (distance(enemy) > kKeep) enemy.x += enemy.side * pace(trait(enemy.kind).speed + round());
  if (enemy.clock > 40 && distance(enemy) <= kKeep + 16 && shot == Shot::kNone) {
    enemy.doing = Doing::kReadies;
    enemy.low = static_cast<int>(chance(2));
    enemy.clock = 0;
  }
}

// An imp runs up, leaps at the head, and runs off once it has hurt the player.
void KungFu::move_imp(Enemy& enemy) {
  const int speed = trait(enemy.kind).speed + round();
  enemy.x += enemy.side * pace(speed);
  if (enemy.up > 0 || (enemy.doing == Doing::kStrikes && enemy.clock == 1)) {
    enemy.up = enemy.clock < kLeapFrames ? arc(enemy.clock, kLeapFrames, kLeapHeight) : 0;
    if (enemy.up == 0 && enemy.doing == Doing::kStrikes) enemy.doing = Doing::kMoves;
  } else if (enemy.doing == Doing::kMoves) {
    const bool beyond = (enemy.x - x) * enemy.side > 40;
    if (beyond) enemy.side = -enemy.side;
    if (!beyond && distance(enemy) < 34 && (x - enemy.x) * enemy.side > 0) {
      enemy.doing = Doing::kStrikes;
      enemy.clock = 0;
    }
  }
  touch(enemy);
}

// Snakes and moths go straight on.
void KungFu::move_beast(Enemy& enemy) {
  enemy.x += enemy.side * pace(trait(enemy.kind).speed + round());
  if (enemy.kind == Kind::kMoth) enemy.up = 18 + arc(enemy.clock % 32, 32, 10);
  touch(enemy);
}

void KungFu::touch(Enemy& enemy) {
  const Trait& body = trait(enemy.kind);
  if (enemy.doing == Doing::kReels || distance(enemy) > body.half_width + 2 ||
      !exposed(enemy.up, enemy.up + body.height) || stun > 0)
    return;
  hurt(body.damage, enemy.x);
  enemy.doing = Doing::kReels;
}

// A ball sinks to the height of a head, glows, and bursts.
void KungFu::move_ball(Enemy& enemy) {
  constexpr int kHang = 22, kGlow = 40, kBurst = 12, kSplinters = 18;
  if (enemy.doing == Doing::kMoves) {
    enemy.up -= pace(5);
    if (enemy.x != x) enemy.x += pace(trait(enemy.kind).speed) * (enemy.x > x ? -1 : 1);
    if (enemy.up > kHang) return;
    enemy.doing = Doing::kReadies;
    enemy.clock = 0;
  } else if (enemy.doing == Doing::kReadies && enemy.clock > kGlow) {
    enemy.doing = Doing::kStrikes;
    enemy.clock = 0;
    if (distance(enemy) <= kSplinters && exposed(24, 34)) hurt(trait(enemy.kind).damage, enemy.x);
  } else if (enemy.doing == Doing::kStrikes && enemy.clock > kBurst) {
    enemy = {};
  }
}

// A dragon comes and goes in smoke and breathes fire three times.
void KungFu::move_dragon(Enemy& enemy) {
  constexpr int kSmokes = 30, kWaits = 50, kOpens = 20;
  enemy.side = enemy.x > x ? -1 : 1;
  if (enemy.doing == Doing::kHidden && enemy.clock > kSmokes) {
    enemy.doing = Doing::kMoves;
    enemy.clock = 20;
  } else if (enemy.doing == Doing::kMoves && enemy.clock > kWaits) {
    enemy.doing = enemy.count++ == 3 ? Doing::kFalls : Doing::kReadies;
    enemy.clock = 0;
  } else if (enemy.doing == Doing::kReadies && enemy.clock > kOpens) {
    if (shot == Shot::kNone) throw_shot(enemy, Shot::kFire);
    enemy.doing = Doing::kMoves;
    enemy.clock = 0;
  }
  if (enemy.doing != Doing::kHidden && distance(enemy) < 8 && exposed(0, 16))
    hurt(trait(enemy.kind).damage, enemy.x);
}

void KungFu::move_boss(Enemy& enemy) {
  const Style& style = kStyles[floor()];
  constexpr int kBlowFrames = 14, kReelFrames = 16, kGone = 40;
  const int far = distance(enemy);
  const auto begin = [&](Doing doing, int clock = 0) {
    enemy.doing = doing;
    enemy.clock = clock;
  };
  if (enemy.doing == Doing::kHidden) {
    if (enemy.clock == kGone / 2) enemy.x = 2 * x - enemy.x;
    if (enemy.clock > kGone) begin(Doing::kMoves);
  } else {
    enemy.side = enemy.x > x ? -1 : 1;
  }
  if (enemy.doing == Doing::kReels) {
    if (enemy.clock < 8) enemy.x -= enemy.side;
    if (enemy.clock > kReelFrames)
      begin(style.vanishes ? Doing::kHidden : Doing::kMoves, style.vanishes ? 0 : style.rest / 2);
  } else if (enemy.doing == Doing::kReadies &&
             enemy.clock > std::max(4, style.ready - 2 * round())) {
    if (style.shot != Shot::kNone && far > style.reach + 4 && shot == Shot::kNone)
      throw_shot(enemy, style.shot);
    begin(Doing::kStrikes);
  } else if (enemy.doing == Doing::kStrikes) {
    const int up = enemy.low != 0 ? kLow : kHigh;
    if (enemy.clock < 6 && far <= style.reach && exposed(up, up + 4)) hurt(style.damage, enemy.x);
    if (enemy.clock > kBlowFrames) begin(Doing::kMoves);
  } else if (enemy.doing == Doing::kMoves && far < 120) {
    if (far > style.keep) enemy.x += enemy.side * pace(style.speed + round());
    if (far < style.keep - 6) enemy.x -= enemy.side * pace(style.speed / 2);
    const bool near = far <= style.reach, throws = style.shot != Shot::kNone && shot == Shot::kNone;
    if (enemy.clock > style.rest - 4 * round() && (near || (throws && far > 24))) {
      enemy.low = chance(16) < static_cast<std::uint32_t>(style.low) ? 1 : 0;
      begin(Doing::kReadies);
    }
  }
  enemy.x = std::clamp(enemy.x, 24, kFloorLength - 24);
}

void KungFu::throw_shot(Enemy& enemy, Shot kind) {
  shot = kind;
  shot_x = enemy.x + enemy.side * 10;
  shot_up = enemy.kind == Kind::kDragon ? 22 : enemy.low != 0 ? kLow : kHigh;
  shot_speed = 2 * enemy.side;
  shot_age = 0;
}

void KungFu::move_shot() {
  if (shot == Shot::kNone) return;
  shot_x += shot_speed;
  if (++shot_age == kBoomerangTurns && shot == Shot::kBoomerang) shot_speed = -shot_speed;
  const int half_width = shot == Shot::kFire ? 9 : 3;
  if (stun == 0 && std::abs(shot_x - x) <= half_width + 3 && exposed(shot_up, shot_up + 3)) {
    hurt(shot == Shot::kFire ? 7 : 6, shot_x);
    shot = Shot::kNone;
  }
  if (shot_x < camera - 10 || shot_x > camera + kScreenWidth + 10 ||
      shot_age == 2 * kBoomerangTurns)
    shot = Shot::kNone;
}

}  // namespace tengen::arcade
