#include "envs/arcade/kung_fu.hpp"

#include <utility>

namespace tengen::arcade {
namespace {

struct Blow {
  int frames;    // until the next blow can begin
  int from, to;  // the frames in which it hits
  int reach;     // from the middle of the body to fist or foot, pixels
  int up;
};
constexpr Blow kBlows[] = {{}, {12, 3, 6, 10, 23}, {16, 4, 9, 13, 15}, {16, 4, 9, 12, 4}};

// A floor's encounters are drawn from these letters: H for henchmen ahead, B for henchmen on both
// sides, K for throwers, I for imps, S for snakes, O for balls, M for moths, D for dragons.
constexpr const char* kMenus[KungFu::kFloors] = {"HHHHHHHHBBBBKKKK", "SSSOOOMMDDIIHHHB",
                                                 "HHHHHBBBBKKKKIII", "MMMOODDSIIIHHBBK",
                                                 "HHHBBBKKKKIIMDOB"};
constexpr int kEncounterGap = 44, kQuiet = 200, kCrowd = 3, kGroupGap = 16;
constexpr int kJumpFrames = 34, kJumpHeight = 24;
}  // namespace

struct KungFu::Keys {
  int across, up;
  bool fire;
};

const KungFu::Keys& KungFu::keys_of(int action) {
  static constexpr Keys kKeys[] = {{0, 0, false},  {0, 1, false},  {1, 0, false},   {-1, 0, false},
                                   {0, -1, false}, {1, -1, false}, {-1, -1, false}, {1, 0, true},
                                   {-1, 0, true},  {0, -1, true},  {1, 1, true},    {-1, 1, true},
                                   {1, -1, true},  {-1, -1, true}};
  return kKeys[action];
}

std::vector<std::string> KungFu::action_names() {
  return {"NOOP",        "UP",         "RIGHT",         "LEFT",        "DOWN",
          "DOWNRIGHT",   "DOWNLEFT",   "RIGHTFIRE",     "LEFTFIRE",    "DOWNFIRE",
          "UPRIGHTFIRE", "UPLEFTFIRE", "DOWNRIGHTFIRE", "DOWNLEFTFIRE"};
}

void KungFu::reset() {
  *this = KungFu{};
  start_floor();
}

float KungFu::step(int action) {
  const int before = score;
  ++frame;
  luck = luck * 1664525U + 1013904223U + static_cast<std::uint32_t>(action);
  if (falling > 0) {
    if (--falling == 0 && --lives_left > 0) start_life();
  } else if (triumph > 0) {
    for (Enemy& enemy : enemies)
      if (enemy.kind != Kind::kNone) move_enemy(enemy);
    if (--triumph == 0) {
      ++cleared;
      start_floor();
    }
  } else {
    play(action);
  }
  return static_cast<float>(score - before);
}

void KungFu::start_floor() {
  x = way() > 0 ? 40 : kFloorLength - 40;
  camera = way() > 0 ? 0 : kFloorLength - kScreenWidth;
  next_encounter = 60;
  start_life();
}

void KungFu::start_life() {
  side = way();
  energy = boss_energy = kEnergy;
  time = kTime;
  attack = Attack::kNone;
  shot = Shot::kNone;
  low = in_air = stun = shaken = quiet = 0;
  enemies.fill({});
}

void KungFu::play(int action) {
  move_player(keys_of(action));
  land_blow();
  if (triumph > 0) return;
  send_enemies();
  for (Enemy& enemy : enemies)
    if (enemy.kind != Kind::kNone) move_enemy(enemy);
  move_shot();
  look_on();
  if (frame % kFramesATick == 0) --time;
  if (energy > 0 && time > 0) return;
  energy = std::max(energy, 0);
  falling = kFallen;
}

std::uint32_t KungFu::chance(std::uint32_t n) {
  luck = luck * 1664525U + 1013904223U;
  return (luck >> 16) % n;
}

int KungFu::height() const { return arc(in_air, kJumpFrames, kJumpHeight); }

int KungFu::holders() const {
  return static_cast<int>(std::ranges::count(enemies, Doing::kHolds, &Enemy::doing));
}

bool KungFu::exposed(int bottom, int top) const {
  const int feet = height(), body = ducks() ? 20 : in_air > 0 ? 30 : 34;
  return bottom < feet + body && feet < top;
}

const KungFu::Enemy* KungFu::boss() const {
  const auto at = std::ranges::find(enemies, Kind::kBoss, &Enemy::kind);
  return at == enemies.end() ? nullptr : &*at;
}

void KungFu::move_player(const Keys& keys) {
  const int walked_on = std::exchange(walking, 0);
  if (in_air > 0) {
    walk(keys.across != 0 ? keys.across : jump_way);
    if (++in_air == kJumpFrames) in_air = 0;
    if (stun > 0) --stun;
    return;
  }
  if (stun > 0) {
    if (--stun > 6) walk(pushed);
    return;
  }
  if (holders() > 0) return struggle(keys);
  shaken = 0;
  if (attack != Attack::kNone) {
    if (++attack_frame <= kBlows[static_cast<int>(attack)].frames) return;
    attack = Attack::kNone;
  }
  if (keys.across != 0) side = keys.across;
  low = keys.up < 0 ? 1 : 0;
  if (keys.fire) {
    attack = keys.up > 0 ? Attack::kKick : keys.up < 0 ? Attack::kSweep : Attack::kStrike;
    attack_frame = 1;
    landed = 0;
  } else if (keys.up > 0) {
    in_air = 1;
    jump_way = walked_on;
  } else if (low == 0) {
    walk(keys.across);
  }
}

// A player that turns about shakes; one that strikes while turning shakes twice.
void KungFu::struggle(const Keys& keys) {
  attack = Attack::kNone;
  low = 0;
  if (keys.across == 0 || keys.across == side) return;
  side = keys.across;
  shaken += keys.fire ? 2 : 1;
  if (shaken < kShakes) return;
  shaken = 0;
  for (Enemy& enemy : enemies)
    if (enemy.doing == Doing::kHolds) {
      enemy.doing = Doing::kFalls;
      enemy.clock = 0;
    }
}

void KungFu::walk(int across) {
  if (across == 0) return;
  const int to = std::clamp(x + across, 8, kFloorLength - 8);
  const Enemy* const master = boss();
  if (master != nullptr && master->doing != Doing::kHidden && std::abs(to - master->x) < 10 &&
      std::abs(to - master->x) < distance(*master))
    return;
  walking = across;
  walked += std::abs(to - x);
  x = to;
}

void KungFu::look_on() {
  constexpr int kLeftmost = 72, kRightmost = 88;  // columns of the screen that the player keeps to
  camera = std::clamp(camera, x - kRightmost, x - kLeftmost);
  camera = std::clamp(camera, 0, kFloorLength - kScreenWidth);
}

void KungFu::land_blow() {
  const Blow& blow = kBlows[static_cast<int>(attack)];
  if (attack == Attack::kNone || landed != 0 || attack_frame < blow.from || attack_frame > blow.to)
    return;
  Enemy* nearest = nullptr;
  for (Enemy& enemy : enemies) {
    const Trait& target = trait(enemy.kind);
    const int ahead = (enemy.x - x) * side;
    const bool can_be_hit = enemy.kind != Kind::kNone && enemy.doing != Doing::kFalls &&
                            enemy.doing != Doing::kHidden &&
                            !(enemy.kind == Kind::kBoss && enemy.doing == Doing::kReels) &&
                            !(enemy.kind == Kind::kBall && enemy.doing == Doing::kStrikes);
    if (can_be_hit && ahead >= -3 && ahead <= blow.reach + target.half_width &&
        blow.up >= enemy.up - 2 && blow.up <= enemy.up + target.height + 2 &&
        (nearest == nullptr || distance(enemy) < distance(*nearest)))
      nearest = &enemy;
  }
  if (nearest == nullptr) return;
  landed = 1;
  hit(*nearest);
}

void KungFu::clear_floor() {
  score += trait(Kind::kBoss).points * (floor() + 1);
  score += time / 100 * 100 + energy / 2 * 100;
  for (Enemy& enemy : enemies)
    if (enemy.kind != Kind::kBoss) enemy = {};
  shot = Shot::kNone;
  triumph = kCleared;
}

void KungFu::hurt(int damage, int from_x) {
  if (stun > 0) return;
  energy -= harm(damage);
  stun = 14;
  pushed = from_x > x ? -1 : 1;
  attack = Attack::kNone;
  low = 0;
}

void KungFu::send_enemies() {
  const auto here =
      std::ranges::count_if(enemies, [](const Enemy& enemy) { return enemy.kind != Kind::kNone; });
  if (progress() > kFloorLength - kArena) {
    if (boss() == nullptr && here < kEnemies) {
      send(Kind::kBoss, true, 0);
    }
    return;
  }
  ++quiet;
  if (here >= kCrowd || (progress() < next_encounter && quiet < kQuiet)) return;
  next_encounter = std::max(next_encounter, progress() + kEncounterGap);
  quiet = 0;
  const int group = 1 + static_cast<int>(chance(3));
  switch (kMenus[floor()][chance(16)]) {
    case 'H':
      for (int i = 0; i < group; ++i) send(Kind::kHenchman, true, i * kGroupGap);
      return;
    case 'B':
      for (int i = 0; i < group; ++i) send(Kind::kHenchman, i != 1, i * kGroupGap / 2);
      return;
    case 'K':
      send(Kind::kThrower, true, 0);
      if (group > 1) send(Kind::kHenchman, false, kGroupGap);
      return;
    case 'I':
      send(Kind::kImp, true, 0);
      if (group > 1) send(Kind::kImp, group == 3, 3 * kGroupGap);
      return;
    case 'S':
      for (int i = 0; i < group; ++i) send(Kind::kSnake, true, 5 * i * kGroupGap / 2);
      return;
    case 'O':
      return send(Kind::kBall, true, 0);
    case 'M':
      for (int i = 0; i < group; ++i) send(Kind::kMoth, i != 1, 2 * i * kGroupGap);
      return;
    default:
      return send(Kind::kDragon, true, 0);
  }
}

// Enemies come from `offset` pixels beyond the edge of the screen; those that fall or stand appear
// within it.
void KungFu::send(Kind kind, bool ahead, int offset) {
  const auto at = std::ranges::find(enemies, Kind::kNone, &Enemy::kind);
  if (at == enemies.end()) return;
  Enemy& enemy = *at;
  enemy = {};
  enemy.kind = kind;
  const int from = ahead ? way() : -way();
  enemy.side = -from;
  enemy.x = from > 0 ? camera + kScreenWidth + 8 + offset : camera - 8 - offset;
  if (kind == Kind::kThrower) enemy.hits = 2;
  if (kind == Kind::kBall) {
    enemy.x = x + from * (20 + static_cast<int>(chance(24)));
    enemy.up = 62;
  }
  if (kind == Kind::kDragon) {
    enemy.x = x + from * 60;
    enemy.doing = Doing::kHidden;
    enemy.hits = 1;
  }
  if (kind == Kind::kBoss) enemy.x = from > 0 ? kFloorLength - 44 : 44;
}

// The action against one enemy; −1 if nothing need be done yet.
int KungFu::answer(const Enemy& enemy, int frames) const {
  const bool right = enemy.x > x;
  const int far = distance(enemy);
  const int closing = 2 * frames;
  const int strike = right ? kRightFire : kLeftFire;
  const int kick = right ? kUpRightFire : kUpLeftFire;
  const int sweep = right ? kDownRightFire : kDownLeftFire;
  switch (enemy.kind) {
    case Kind::kHenchman:
      if (far < 10 + frames) return strike;
      return far < 14 + closing ? (right == (side > 0) ? kNoop : right ? kRight : kLeft) : -1;
    case Kind::kThrower:
      return far < 16 ? kick : -1;
    case Kind::kSnake:
    case Kind::kDragon:
      if (enemy.doing == Doing::kReels || enemy.doing == Doing::kHidden) return -1;
      return far < 17 ? sweep : -1;
    case Kind::kImp:
      if (enemy.doing == Doing::kReels) return -1;
      if (enemy.up > 8) return far < 18 ? strike : -1;
      return far < 18 + frames ? sweep : -1;
    case Kind::kMoth:
      if (enemy.doing == Doing::kReels) return -1;
      return far < 14 + frames ? strike : -1;
    case Kind::kBall:
      return far < 16 && enemy.up < 32 ? strike : -1;
    case Kind::kBoss:
      return -1;
    default:
      return -1;
  }
}

int KungFu::oracle(int frames) const {
  if (holders() > 0) return side > 0 ? kLeft : kRight;
  if (shot != Shot::kNone && (x - shot_x) * shot_speed > 0) {
    const int arrives = (std::abs(x - shot_x) - 8) / std::abs(shot_speed);
    if (shot_up > 10 && arrives < 2 * frames) return kDown;
    if (shot_up <= 10 && arrives < 2 * frames) return kUp;
  }
  const Enemy* nearest = nullptr;
  for (const Enemy& enemy : enemies)
    if (enemy.kind != Kind::kNone && enemy.doing != Doing::kFalls &&
        (nearest == nullptr || distance(enemy) < distance(*nearest)))
      nearest = &enemy;
  const int onward = way() > 0 ? kRight : kLeft;
  if (nearest == nullptr) return onward;
  const int reply = answer(*nearest, frames);
  if (reply >= 0) return reply;
  if (nearest->kind == Kind::kBoss) {
    const int far = distance(*nearest);
    const bool right = nearest->x > x;
    if (nearest->doing == Doing::kReadies && far < 30) return nearest->low != 0 ? kUp : kDown;
    if (far < 16) return right ? kUpRightFire : kUpLeftFire;
    return right ? kRight : kLeft;
  }
  return onward;
}

}  // namespace tengen::arcade
