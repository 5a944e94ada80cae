// Kung-Fu: five floors of fighters, a master at the end of each, and then the same again, harder.
#pragma once

#include "envs/arcade/screen.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace tengen::arcade {

/// One game of Kung-Fu, played one 60 Hz frame at a time. It is a small trivially copyable value
/// without randomness: which enemies come depends on the keys pressed so far. The screen's layout,
/// colours and keys are those published for the Atari 2600's Kung-Fu Master; rules and points are
/// our own (docs/arcade.md). It is not the ROM. The members that every game has are described at
/// Pong.
///
/// Places are in pixels: x along the floor, `up` above the ground; a figure's x is its middle.
/// Sides and directions are 1 (right) or −1 (left). Times are in frames, speeds in eighths of a
/// pixel per frame.
struct KungFu {
  static constexpr const char* kId = "KungFu-v0";
  enum Action {
    kNoop,
    kUp,
    kRight,
    kLeft,
    kDown,
    kDownRight,
    kDownLeft,
    kRightFire,
    kLeftFire,
    kDownFire,
    kUpRightFire,
    kUpLeftFire,
    kDownRightFire,
    kDownLeftFire
  };
  static std::vector<std::string> action_names();
  static constexpr bool kFireServes = false;

  static constexpr int kFloors = 5, kFloorLength = 960;
  static constexpr int kArena = 150;   ///< length of the boss's end of a floor
  static constexpr int kGround = 160;  ///< the screen's row under the feet
  static constexpr int kLives = 4, kEnergy = 38, kTime = 2000, kFramesATick = 2;
  static constexpr int kShakes = 6;  ///< that throw off the henchmen who hold the player
  static constexpr int kFallen = 48, kCleared = 60;

  enum class Kind { kNone, kHenchman, kThrower, kImp, kSnake, kBall, kMoth, kDragon, kBoss };
  enum class Doing { kMoves, kHolds, kReadies, kStrikes, kReels, kFalls, kHidden };
  enum class Guard { kNone, kHigh, kLow };  ///< the height at which a blow does nothing
  struct Enemy {
    Kind kind = Kind::kNone;
    Doing doing = Doing::kMoves;
    int x = 0, up = 0;
    int side = 1;   ///< the direction in which it looks
    int clock = 0;  ///< frames of something that depends on kind and doing
    int hits = 1;   ///< how many it still survives; a boss has boss_energy instead
    int low = 0;    ///< 1: its next throw or blow is at the feet, not at the head
    int count = 0;  ///< breaths of a dragon
    Guard guard = Guard::kNone;
    friend bool operator==(const Enemy&, const Enemy&) = default;
  };
  enum class Shot { kNone, kKnife, kBoomerang, kFire };
  enum class Attack { kNone, kStrike, kKick, kSweep };

  /// Begins a new game.
  void reset();
  /// Plays one frame. Returns the points scored.
  float step(int action);
  [[nodiscard]] bool over() const { return lives_left == 0; }
  [[nodiscard]] int lives() const { return lives_left; }
  /// The action of a player that walks on, strikes what comes near, ducks and jumps. It considers
  /// one threat at a time.
  [[nodiscard]] int oracle(int frames) const;

  enum Pixel : std::uint8_t {
    kBlack,
    kWall,
    kPillar,
    kBoards,
    kPaleGrey,  ///< the player's
    kGrey,
    kPurple,
    kBlue,
    kSkin,
    kGreen,
    kRed,
    kText,
    kYellow,
    kFlame,
    kSlate,
    kBrown
  };
  static constexpr Palette kPalette = {{{0, 0, 0},
                                        {96, 132, 112},
                                        {150, 80, 40},
                                        {112, 80, 48},
                                        {214, 214, 214},
                                        {192, 192, 192},
                                        {104, 25, 154},
                                        {101, 183, 217},
                                        {210, 164, 74},
                                        {0, 68, 0},
                                        {148, 0, 0},
                                        {128, 232, 128},
                                        {232, 232, 74},
                                        {184, 50, 50},
                                        {74, 74, 74},
                                        {163, 57, 21}}};
  void draw_still(Window& window) const;
  void draw_moving(Window& window) const;
  static constexpr int kEnemies = 4;
  /// The rectangles in which draw_moving draws.
  [[nodiscard]] std::array<Rect, kEnemies + 2> moving() const;
  /// Calls area(Rect) for every part that draw_still draws differently for `other`.
  template <class F>
  void still_changes(const KungFu& other, F&& area) const {
    if (cleared != other.cleared || std::abs(camera - other.camera) > kPillarWidth)
      return area(kWholeScreen);
    if (camera != other.camera) {
      for (int i = first_ornament(std::min(camera, other.camera));
           i <= std::max(last_ornament(), other.last_ornament()); ++i)
        area(united(ornament(i), other.ornament(i)));
      area(united(stairs(), other.stairs()));
    }
    digits_changed(kTimeDigits, 4, time, other.time, area);
    digits_changed(kScoreDigits, 6, score, other.score, area);
    if (lives_left != other.lives_left) area(kLivesDigit);
    bar_changed(kEnergyBar, energy, other.energy, area);
    bar_changed(kBossBar, boss_energy, other.boss_energy, area);
  }

  /// The floor, 0 to 4.
  [[nodiscard]] int floor() const { return cleared % kFloors; }
  /// How often all five floors have been cleared.
  [[nodiscard]] int round() const { return cleared / kFloors; }
  /// The direction in which this floor leads, −1 or 1.
  [[nodiscard]] int way() const { return floor() % 2 == 0 ? -1 : 1; }
  /// Pixels from the start of this floor.
  [[nodiscard]] int progress() const { return way() > 0 ? x : kFloorLength - x; }
  /// Pixels walked on all floors so far; a floor that is cleared counts whole.
  [[nodiscard]] int travelled() const { return cleared * kFloorLength + progress(); }
  [[nodiscard]] int height() const;  ///< of the player's feet
  [[nodiscard]] bool ducks() const { return low != 0 && in_air == 0; }
  [[nodiscard]] int holders() const;

  [[nodiscard]] bool valid() const {
    for (const Enemy& e : enemies)
      if (!all_within(-kFarthest, kFarthest, {e.x, e.up, e.hits, e.clock, e.count}) ||
          !all_within(-1, 1, {e.side}) || e.kind < Kind::kNone || e.kind > Kind::kBoss ||
          e.doing < Doing::kMoves || e.doing > Doing::kHidden || e.guard < Guard::kNone ||
          e.guard > Guard::kLow)
        return false;
    return attack >= Attack::kNone && attack <= Attack::kSweep && shot >= Shot::kNone &&
           shot <= Shot::kFire && all_within(0, kEnergy, {energy, boss_energy}) &&
           all_within(0, kTime, {time}) && all_within(0, kLives, {lives_left}) &&
           all_within(-1, 1, {side, walking, jump_way}) &&
           all_within(-kFarthest, kFarthest,
                      {x, camera, shot_x, shot_up, shot_speed, next_encounter, stun, pushed, shaken,
                       in_air, attack_frame, falling, triumph}) &&
           all_within(0, kLongestClock / kFloorLength, {cleared}) &&
           all_within(0, kLongestClock, {score, frame, walked, quiet, shot_age});
  }

  int lives_left = kLives, score = 0, cleared = 0;
  int energy = kEnergy, boss_energy = kEnergy, time = kTime;
  int frame = 0;
  std::uint32_t luck = 1;
  int x = kFloorLength - 40, side = -1;
  int camera = kFloorLength - kScreenWidth;
  int walking = 0;                ///< the direction, or 0
  int walked = 0;                 ///< pixels, for the animation of the walk
  int low = 0;                    ///< 1 while the player ducks
  int in_air = 0, jump_way = 0;   ///< frames of the jump, 0 on the ground; its direction or 0
  Attack attack = Attack::kNone;  ///< the one that is being made
  int attack_frame = 0, landed = 0;
  int stun = 0, pushed = 0, shaken = 0;  ///< frames; direction; shakes so far
  int falling = 0, triumph = 0;       ///< frames left of losing a life, of having cleared a floor
  int next_encounter = 0, quiet = 0;  ///< progress at which it comes; frames since the last
  std::array<Enemy, kEnemies> enemies{};
  Shot shot = Shot::kNone;
  int shot_x = 0, shot_up = 0, shot_speed = 0, shot_age = 0;

 private:
  static constexpr Rect kTimeDigits{31, 10, 6, 7}, kScoreDigits{23, 20, 6, 7},
      kLivesDigit{99, 31, 6, 7}, kEnergyBar{49, 41, kEnergy, 5}, kBossBar{49, 49, kEnergy, 5};
  static constexpr int kDigitPitch = 8, kPillarWidth = 10, kOrnamentPitch = 40;

  template <class F>
  static void digits_changed(Rect digit, int count, int value, int old, F&& area) {
    digit.x += (count - 1) * kDigitPitch;
    for (; value != old; value /= 10, old /= 10, digit.x -= kDigitPitch)
      if (value % 10 != old % 10) area(digit);
  }
  template <class F>
  static void bar_changed(const Rect& bar, int value, int old, F&& area) {
    if (value != old)
      area({bar.x + std::min(value, old), bar.y, std::abs(value - old), bar.height});
  }
  static int first_ornament(int camera) { return (camera - kPillarWidth) / kOrnamentPitch; }
  [[nodiscard]] int last_ornament() const;
  [[nodiscard]] Rect ornament(int index) const;
  [[nodiscard]] Rect stairs() const;

  struct Trait {
    int half_width, height;
    int speed;
    int damage;  ///< energy that a touch or a burst costs
    int points;
  };
  static const Trait& trait(Kind kind);
  struct Keys;
  static const Keys& keys_of(int action);
  std::uint32_t chance(std::uint32_t n);
  [[nodiscard]] int pace(int speed) const {
    return (frame * speed >> 3) - ((frame - 1) * speed >> 3);
  }
  [[nodiscard]] int harm(int damage) const { return damage * (4 + round()) / 4; }
  [[nodiscard]] int distance(const Enemy& enemy) const { return std::abs(enemy.x - x); }
  [[nodiscard]] bool exposed(int bottom, int top) const;
  [[nodiscard]] const Enemy* boss() const;

  void start_floor();
  void start_life();
  void play(int action);
  void move_player(const Keys& keys);
  void struggle(const Keys& keys);
  void walk(int across);
  void look_on();
  void land_blow();
  void hit(Enemy& enemy);
  void hit_boss(Enemy& enemy);
  void clear_floor();
  void hurt(int damage, int from_x);
  void send_enemies();
  void send(Kind kind, bool ahead, int offset);
  void move_enemy(Enemy& enemy);
  void move_henchman(Enemy& enemy);
  void move_thrower(Enemy& enemy);
  void move_imp(Enemy& enemy);
  void move_beast(Enemy& enemy);
  void move_ball(Enemy& enemy);
  void move_dragon(Enemy& enemy);
  void move_boss(Enemy& enemy);
  void touch(Enemy& enemy);
  void throw_shot(Enemy& enemy, Shot kind);
  void move_shot();
  [[nodiscard]] int answer(const Enemy& enemy, int frames) const;

  /// How high a jump of `frames` frames is after `t` of them.
  static constexpr int arc(int t, int frames, int height) {
    return 4 * height * t * (frames - t) / (frames * frames);
  }

  struct Figure;
  [[nodiscard]] Figure figure(const Enemy& enemy) const;
  [[nodiscard]] Figure human(const Enemy& enemy) const;
  [[nodiscard]] Figure player() const;
  [[nodiscard]] Rect shot_rect() const;
  void draw_scores(Window& window) const;
  void draw_ornament(Window& window, int index) const;
};

}  // namespace tengen::arcade
