// How Kung-Fu is drawn.
#include "envs/arcade/kung_fu.hpp"
#include "envs/arcade/kung_fu_sprites.hpp"

namespace tengen::arcade {
namespace {

using namespace kung_fu;

constexpr int kHall = 60, kEaves = 66, kBeam = 84, kRail = 88;  // rows, from the top
constexpr std::uint8_t kNameOfPlayer[] = {0xe0, 0xa0, 0xe0, 0x80, 0x80};
constexpr std::uint8_t kNameOfEnemy[] = {0xe0, 0x80, 0xc0, 0x80, 0xe0};
constexpr std::uint8_t kFace[] = {0x38, 0x7c, 0x70, 0x54, 0x7c, 0x38, 0x10};

// A costume has the colours of hair, flesh, jacket, trousers, belt and shoes, trim, and white.
using K = KungFu;
constexpr Costume kPlayerCostume = {0,         K::kBlack, K::kSkin,    K::kPaleGrey, K::kPaleGrey,
                                    K::kBlack, K::kFlame, K::kPaleGrey};
constexpr Costume kHenchmanCostume = {0,        K::kBlack, K::kSkin,   K::kPurple,
                                      K::kBlue, K::kBlack, K::kPurple, K::kPaleGrey};
constexpr Costume kThrowerCostume = {0,         K::kBlack, K::kSkin,   K::kGrey,
                                     K::kSlate, K::kBlack, K::kYellow, K::kPaleGrey};
constexpr Costume kImpCostume = {0,         K::kBlack, K::kSkin,  K::kBrown,
                                 K::kBrown, K::kBlack, K::kBrown, K::kPaleGrey};
constexpr Costume kSnakeCostume = {0,         K::kBlack,  K::kFlame,  K::kGreen,
                                   K::kGreen, K::kYellow, K::kYellow, K::kPaleGrey};
constexpr Costume kRedCostume = {0,       K::kBlack, K::kSkin,   K::kRed,
                                 K::kRed, K::kBlack, K::kYellow, K::kPaleGrey};
constexpr Costume kSmokeCostume = {0,        K::kBlack, K::kSkin, K::kGrey,
                                   K::kGrey, K::kBlack, K::kGrey, K::kGrey};

struct Master {
  Head head;
  Costume costume;
  int tall;  // height in eighths of the usual one
};
constexpr Master kMasters[KungFu::kFloors] = {
    {kBand, {0, K::kBlack, K::kSkin, K::kSlate, K::kBrown, K::kBlack, K::kFlame, K::kPaleGrey}, 8},
    {kCap, {0, K::kBlack, K::kSkin, K::kSlate, K::kGrey, K::kBlack, K::kYellow, K::kPaleGrey}, 8},
    {kBald,
     {0, K::kBlack, K::kSkin, K::kSlate, K::kFlame, K::kBlack, K::kYellow, K::kPaleGrey},
     10},
    {kTurban,
     {0, K::kPaleGrey, K::kSkin, K::kSlate, K::kPurple, K::kYellow, K::kBlue, K::kFlame},
     8},
    {kTopknot,
     {0, K::kBlack, K::kSkin, K::kSlate, K::kBlack, K::kFlame, K::kFlame, K::kPaleGrey},
     9}};

const Pose& fallen(int clock) { return clock < 8 ? kReelPose : clock < 15 ? kTiltPose : kLiePose; }
const Pose& step_of(const std::array<Pose, 4>& cycle, int pixels) {
  return cycle[static_cast<std::size_t>(pixels / 5 & 3)];
}

}  // namespace

// A sprite, or a posture with a head, and the thing in its hand.
struct KungFu::Figure {
  struct Part {
    const Sprite* sprite;
    int x, y, height;
  };
  std::array<Part, 3> parts{};
  std::size_t count = 0;
  int side = 1;
  const Costume* costume = nullptr;
  Rect weapon{};
  std::uint8_t weapon_colour = kYellow;
  Rect box{};

  void add(const Sprite& sprite, int x, int foot, int tall) {
    const int height = sprite.height * tall / 8;
    parts[count++] = {&sprite, x, foot - height, height};
    const int left =
        side > 0 ? x + sprite.left - kFigureMiddle : x - sprite.right + 1 + kFigureMiddle;
    box = united(box, {left, foot - height, sprite.right - sprite.left, height});
  }
  void add(const Pose& pose, const Sprite& head, int x, int foot, int tall = 8) {
    add(*pose.lower, x, foot, tall);
    if (pose.upper != nullptr) add(*pose.upper, x, foot - kLegRows * tall / 8, tall);
    if (pose.head_up >= 0) add(head, x + side * pose.head_x, foot - pose.head_up * tall / 8, tall);
  }
  void hold(const Rect& rect, std::uint8_t colour) {
    weapon = rect;
    weapon_colour = colour;
    box = united(box, rect);
  }
  void draw(Window& window) const {
    if (!overlap(box, window.area())) return;
    for (std::size_t i = 0; i < count; ++i)
      window.figure(
          parts[i].x, parts[i].y, parts[i].height, side,
          std::span(parts[i].sprite->rows).first(static_cast<std::size_t>(parts[i].sprite->height)),
          *costume);
    window.fill(weapon, weapon_colour);
  }
};

KungFu::Figure KungFu::player() const {
  Figure figure;
  figure.side = side;
  figure.costume = &kPlayerCostume;
  const Pose* pose = &kStandPose;
  if (falling > 0)
    pose = &fallen(kFallen - falling);
  else if (triumph > 0)
    pose = triumph / 10 % 2 == 0 ? &kStandPose : &kRaisedPose;
  else if (in_air > 0)
    pose = &kJumpPose;
  else if (stun > 0)
    pose = &kReelPose;
  else if (holders() > 0)
    pose = frame / 8 % 2 == 0 ? &kReelPose : &kHoldPose;
  else if (attack == Attack::kStrike)
    pose = attack_frame < 3 || attack_frame > 8 ? &kBlowReady : &kBlow;
  else if (attack == Attack::kKick)
    pose = attack_frame < 4 || attack_frame > 12 ? &kKickReady : &kKickPose;
  else if (attack == Attack::kSweep)
    pose = attack_frame < 4 || attack_frame > 11 ? &kDuckPose : &kSweepPose;
  else if (low != 0)
    pose = &kDuckPose;
  else if (walking != 0)
    pose = &step_of(kWalk, walked);
  figure.add(*pose, kHeads[kPlain], x - camera, kGround - height());
  return figure;
}

KungFu::Figure KungFu::human(const Enemy& enemy) const {
  const bool is_boss = enemy.kind == Kind::kBoss;
  const Master& master = kMasters[floor()];
  Figure figure;
  figure.side = enemy.side;
  figure.costume = is_boss                        ? &master.costume
                   : enemy.kind == Kind::kThrower ? &kThrowerCostume
                                                  : &kHenchmanCostume;
  const Head head = is_boss ? master.head : enemy.kind == Kind::kThrower ? kHat : kHood;
  const int place = enemy.x - camera;
  const Pose* pose = &kStandPose;
  switch (enemy.doing) {
    case Doing::kMoves:
      pose = enemy.kind == Kind::kHenchman ? &step_of(kGrope, enemy.x) : &step_of(kWalk, enemy.x);
      break;
    case Doing::kHolds:
      pose = enemy.clock / 10 % 2 == 0 ? &kHoldPose : &kGrope[2];
      break;
    case Doing::kReadies:
      pose = enemy.low == 0 ? &kRaisedPose : is_boss ? &kKickReady : &kBlowReady;
      break;
    case Doing::kStrikes:
      pose = enemy.low != 0 && is_boss ? &kSweepPose : &kThrownPose;
      break;
    case Doing::kReels:
      pose = &kReelPose;
      break;
    case Doing::kFalls:
      pose = &fallen(enemy.clock);
      break;
    case Doing::kHidden:
      break;
  }
  figure.add(*pose, kHeads[head], place, kGround, is_boss ? master.tall : 8);
  if (is_boss && floor() == 0) {
    const int up = enemy.low != 0 ? 8 : 24;
    if (enemy.doing == Doing::kStrikes)
      figure.hold({enemy.side > 0 ? place + 6 : place - 25, kGround - up, 20, 2}, kYellow);
    else if (enemy.doing == Doing::kReadies)
      figure.hold({place - enemy.side * 8 - 1, kGround - 44, 2, 26}, kYellow);
    else if (enemy.doing != Doing::kFalls)
      figure.hold({place + enemy.side * 7 - 1, kGround - 30, 2, 28}, kYellow);
  }
  return figure;
}

KungFu::Figure KungFu::figure(const Enemy& enemy) const {
  Figure figure;
  if (enemy.kind == Kind::kNone) return figure;
  const bool blink = enemy.clock / 6 % 2 == 0;
  const bool smokes = enemy.doing == Doing::kHidden ||
                      (enemy.kind == Kind::kDragon && enemy.doing == Doing::kFalls);
  if (!smokes &&
      (enemy.kind == Kind::kHenchman || enemy.kind == Kind::kThrower || enemy.kind == Kind::kBoss))
    return human(enemy);
  figure.side = enemy.side;
  const Sprite* sprite = nullptr;
  const bool falls = enemy.doing == Doing::kFalls;
  switch (enemy.kind) {
    case Kind::kImp:
      figure.costume = &kImpCostume;
      sprite = &kImps[enemy.up > 0 || falls ? (blink ? kRoll : kRoll2) : (blink ? kRun : kRun2)];
      break;
    case Kind::kSnake:
      figure.costume = &kSnakeCostume;
      sprite = &kBeasts[falls ? kBurst2 : blink ? kSnake : kSnake2];
      break;
    case Kind::kMoth:
      figure.costume = &kRedCostume;
      sprite = &kBeasts[falls ? kBurst2 : enemy.clock / 4 % 2 == 0 ? kMoth : kMoth2];
      break;
    case Kind::kBall:
      figure.costume = &kRedCostume;
      sprite = &kBeasts[falls || enemy.doing == Doing::kStrikes   ? (blink ? kBurst : kBurst2)
                        : enemy.doing == Doing::kReadies && blink ? kBall2
                                                                  : kBall];
      break;
    default:
      figure.costume = smokes ? &kSmokeCostume : &kSnakeCostume;
      sprite = &kLarge[smokes                           ? (blink ? kSmoke : kSmoke2)
                       : enemy.doing == Doing::kReadies ? kDragon2
                                                        : kDragon];
  }
  figure.add(*sprite, enemy.x - camera, kGround - enemy.up, 8);
  return figure;
}

Rect KungFu::shot_rect() const {
  const int place = shot_x - camera, y = kGround - shot_up;
  switch (shot) {
    case Shot::kKnife:
      return {place - 2, y - 2, 5, 2};
    case Shot::kBoomerang:
      return {place - 2, y - 4, 5, 4};
    case Shot::kFire:
      return {place - 9, y - 4, 18, 4};
    default:
      return {};
  }
}

std::array<Rect, KungFu::kEnemies + 2> KungFu::moving() const {
  std::array<Rect, kEnemies + 2> all;
  for (std::size_t i = 0; i < kEnemies; ++i) all[i] = figure(enemies[i]).box;
  all[kEnemies] = player().box;
  all[kEnemies + 1] = shot_rect();
  return all;
}

void KungFu::draw_moving(Window& window) const {
  if (window.area().bottom() <= kHall) return;
  for (const Enemy& enemy : enemies)
    if (enemy.kind != Kind::kNone) figure(enemy).draw(window);
  player().draw(window);
  const Rect at = shot_rect();
  if (shot == Shot::kKnife) {
    window.fill(at, kPaleGrey);
  } else if (shot == Shot::kBoomerang) {
    const bool open = shot_age / 4 % 2 == 0;
    window.fill({at.x, at.y, 5, 2}, kYellow);
    window.fill({open ? at.x : at.x + 3, at.y + 2, 2, 2}, kYellow);
  } else if (shot == Shot::kFire) {
    window.fill(at, kFlame);
    window.fill({at.x + 3, at.y + 1, 12, 2}, kYellow);
  }
}

int KungFu::last_ornament() const { return (camera + kScreenWidth) / kOrnamentPitch; }

// Ornaments are pillars, and between them lanterns, or scrolls on floors that lead to the right.
Rect KungFu::ornament(int index) const {
  const int place = kOrnamentPitch * index - camera;
  if (index % 2 == 0) return {place, kRail, kPillarWidth, kGround - kRail};
  return {place, kRail, kPillarWidth, way() < 0 ? 16 : 24};
}

Rect KungFu::stairs() const {
  constexpr int kWidth = 24;
  return {(way() > 0 ? kFloorLength - kWidth : 0) - camera, kRail, kWidth, kGround - kRail};
}

void KungFu::draw_still(Window& window) const {
  const Rect& area = window.area();
  if (area.y < kHall) draw_scores(window);
  if (area.bottom() <= kHall) return;
  window.fill({0, kHall, kScreenWidth, kEaves - kHall}, kPillar);
  window.fill({0, kEaves, kScreenWidth, kBeam - kEaves}, kSlate);
  window.fill({0, kBeam, kScreenWidth, kRail - kBeam}, kSkin);
  window.fill({0, kRail, kScreenWidth, kGround - kRail}, kWall);
  window.fill({0, kGround, kScreenWidth, 2}, kSkin);
  window.fill({0, kGround + 2, kScreenWidth, 22}, kBoards);
  window.fill({0, kGround + 24, kScreenWidth, kScreenHeight - kGround - 24}, kBlack);
  const int last = (camera + area.right()) / kOrnamentPitch;
  for (int i = first_ornament(camera + area.x); i <= last; ++i) draw_ornament(window, i);
  const Rect steps = stairs();
  if (!overlap(steps, area)) return;
  for (int i = 0; i < 6; ++i)
    window.fill({way() > 0 ? steps.x + 4 * i : steps.x, kGround - 12 * (i + 1), 24 - 4 * i, 12},
                i % 2 == 0 ? kBoards : kPillar);
}

void KungFu::draw_ornament(Window& window, int index) const {
  const Rect at = ornament(index);
  if (index % 2 == 0) {
    window.fill(at, kPillar);
    window.fill({at.x, at.y, at.width, 5}, kSkin);
    window.fill({at.x, at.bottom() - 4, at.width, 4}, kBoards);
  } else if (way() < 0) {
    window.fill({at.x + 4, at.y, 2, 4}, kBlack);
    window.fill({at.x + 1, at.y + 4, 8, 9}, kFlame);
    window.fill({at.x + 1, at.y + 7, 8, 2}, kYellow);
    window.fill({at.x + 4, at.y + 13, 2, 3}, kYellow);
  } else {
    window.fill(at, kPaleGrey);
    window.fill({at.x, at.y, at.width, 2}, kBoards);
    window.fill({at.x, at.bottom() - 2, at.width, 2}, kBoards);
    for (int i = 0; i < 4; ++i)
      window.fill({at.x + 2 + i % 2, at.y + 5 + 4 * i, 6 - 2 * (i % 2), 2}, kBlack);
  }
}

void KungFu::draw_scores(Window& window) const {
  window.fill({0, 0, kScreenWidth, kHall}, kBlack);
  const auto number = [&](Rect digit, int count, int value, std::uint8_t colour) {
    digit.x += (count - 1) * kDigitPitch;
    for (; count > 0; --count, value /= 10, digit.x -= kDigitPitch)
      window.digit(digit, value % 10, colour);
  };
  number(kTimeDigits, 4, time, kText);
  number(kScoreDigits, 6, score, kText);
  window.digit(kLivesDigit, lives_left, kPaleGrey);
  window.sprite(90, 31, kFace, kSkin);
  for (int i = 0; i < kFloors; ++i)
    window.fill({23 + 8 * i, 31, 6, 7}, i == floor() ? kYellow : kSlate);
  window.sprite(43, 41, kNameOfPlayer, kYellow);
  window.sprite(43, 49, kNameOfEnemy, kFlame);
  window.fill(kEnergyBar, kSlate);
  window.fill({kEnergyBar.x, kEnergyBar.y, energy, kEnergyBar.height}, kYellow);
  window.fill(kBossBar, kSlate);
  window.fill({kBossBar.x, kBossBar.y, boss_energy, kBossBar.height}, kFlame);
}

}  // namespace tengen::arcade
