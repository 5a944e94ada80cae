// Space Invaders: waves of thirty-six aliens, three shields, three cannons.
#pragma once

#include "envs/arcade/screen.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace tengen::arcade {

/// One game of Space Invaders, played one 60 Hz frame at a time. It is a small trivially copyable
/// value without randomness: which column drops a bomb follows from the frame and the cannon's
/// place. Geometry, colours and rules are those published for the Atari 2600 game, except where
/// docs/arcade.md says otherwise; it is not the ROM. Lengths are in pixels, speeds in pixels per
/// frame. The members that every game has are described at Pong.
struct SpaceInvaders {
  static constexpr const char* kId = "SpaceInvaders-v0";
  enum Action { kNoop, kFire, kRight, kLeft, kRightFire, kLeftFire };
  static std::vector<std::string> action_names() {
    return {"NOOP", "FIRE", "RIGHT", "LEFT", "RIGHTFIRE", "LEFTFIRE"};
  }
  static constexpr bool kFireServes = false;

  static constexpr int kRows = 6, kColumns = 6, kAliens = kRows * kColumns;
  static constexpr int kAlienWidth = 8, kAlienHeight = 10;
  static constexpr int kAcross = 16, kDown = 18;  ///< from one alien to the next
  static constexpr int kAliensLeft = 22, kAliensRight = 136, kAliensTop = 31, kDescent = 10;
  static constexpr std::array<int, kRows> kPoints = {30, 25, 20, 15, 10, 5};  ///< from the top
  static constexpr int kCannonY = 185, kCannonWidth = 7, kCannonHeight = 10;
  static constexpr int kCannonLeft = 41, kCannonRight = 123;  ///< the cannon's first and last x
  static constexpr int kGroundY = 195, kSkyY = 11;            ///< shots fly between them
  static constexpr int kShotHeight = 10, kShotSpeed = 4, kBombs = 3, kBombSpeed = 2;
  static constexpr int kBombPeriod = 30;  ///< frames
  static constexpr int kShields = 3, kShieldX = 42, kShieldPitch = 32, kShieldY = 157;
  static constexpr int kChunkColumns = 4, kChunkRows = 6, kChunkWidth = 2, kChunkHeight = 3;
  static constexpr int kUfoWidth = 7, kUfoHeight = 8, kUfoPoints = 200, kUfoPeriod = 960;
  static constexpr int kLives = 3, kBurning = 126, kDeathPause = 191, kWavePause = 64;  ///< frames

  /// Begins a new game.
  void reset() { *this = SpaceInvaders{}; }
  /// Plays one frame. Returns the points it brings.
  float step(int action);
  /// Whether the last cannon is lost or the aliens have landed.
  [[nodiscard]] bool over() const { return cannons == 0; }
  [[nodiscard]] int lives() const { return cannons; }
  /// The action of a player that tries a few dozen plans on copies of the game. It dodges, and
  /// shoots what it is sure to hit.
  [[nodiscard]] int oracle(int frames) const;

  enum Pixel : std::uint8_t { kBlack, kGreen, kOlive, kBrown, kPurple, kGrey, kGround };
  static constexpr Palette kPalette = {{{0, 0, 0},
                                        {50, 132, 50},
                                        {134, 134, 29},
                                        {181, 83, 40},
                                        {151, 25, 122},
                                        {142, 142, 142},
                                        {80, 89, 22}}};
  void draw_still(Window& window) const;
  void draw_moving(Window& window) const;
  /// The rectangles in which draw_moving draws: cannon, shot, UFO, burst, bombs.
  [[nodiscard]] std::array<Rect, 4 + kBombs> moving() const;
  /// Calls area(Rect) for every part that draw_still draws differently for `other`.
  template <class F>
  void still_changes(const SpaceInvaders& other, F&& area) const {
    if (score != other.score) area(kScore);
    if (cannons != other.cannons) area(kSpares);
    for (int i = 0; i < kShields; ++i)
      if (shields[index(i)] != other.shields[index(i)]) area(shield(i));
    const bool marched =
        aliens_x != other.aliens_x || aliens_y != other.aliens_y || steps != other.steps;
    for (int row = 0; row < kRows; ++row)
      if (marched)
        area(united(aliens_in(row), other.aliens_in(row)));
      else
        for (std::uint32_t left = aliens[index(row)] ^ other.aliens[index(row)]; left != 0;
             left &= left - 1)
          area(alien(row, std::countr_zero(left)));
  }

  struct Shot {
    int x = 0, y = 0;  ///< of its top; y = 0: there is none
    [[nodiscard]] bool flies() const { return y != 0; }
    [[nodiscard]] Rect rect() const { return flies() ? Rect{x, y, 1, kShotHeight} : Rect{}; }
  };

  [[nodiscard]] int aliens_left() const;
  [[nodiscard]] Rect alien(int row, int column) const {
    return {aliens_x + column * kAcross, aliens_y + row * kDown, kAlienWidth, kAlienHeight};
  }
  /// The rectangle around the aliens that are left in that row.
  [[nodiscard]] Rect aliens_in(int row) const;
  /// The rectangle around all aliens that are left.
  [[nodiscard]] Rect formation() const;
  [[nodiscard]] Rect cannon() const { return {cannon_x, kCannonY, kCannonWidth, kCannonHeight}; }
  [[nodiscard]] Rect ufo() const {
    return ufo_right == 0 ? Rect{} : Rect{ufo_x, kSkyY, kUfoWidth, kUfoHeight};
  }

  static constexpr std::uint32_t kFullRow = (1U << kColumns) - 1;
  /// Bit 4 r + c of a shield is set while its chunk in row r, column c stands.
  static constexpr std::uint32_t kNewShield = 0x9FFFF6;

  [[nodiscard]] bool valid() const {
    for (const std::uint32_t row : aliens)
      if ((row & ~kFullRow) != 0) return false;
    for (const std::uint32_t chunks : shields)
      if (chunks >> (kChunkColumns * kChunkRows) != 0) return false;
    for (const Shot& bomb : bombs)
      if (!all_within(-kFarthest, kFarthest, {bomb.x, bomb.y})) return false;
    return all_within(-kFarthest, kFarthest,
                      {aliens_x, aliens_y, cannon_x, shot.x, shot.y, ufo_x, burst_x, burst_y}) &&
           all_within(-1, 1, {aliens_right, ufo_right}) && all_within(0, kLives, {cannons}) &&
           all_within(0, kLongestClock, {steps, march, burst, dying, clearing, wave, score, frame});
  }

  /// Bit j of a row is set while the alien in column j lives.
  std::array<std::uint32_t, kRows> aliens = {kFullRow, kFullRow, kFullRow,
                                             kFullRow, kFullRow, kFullRow};
  int aliens_x = kAliensLeft, aliens_y = kAliensTop;  ///< of the top left alien, alive or not
  int aliens_right = 1;                               ///< the direction of the march, 1 or −1
  int steps = 0, march = 0;                           ///< steps made; frames since the last of them
  std::array<std::uint32_t, kShields> shields = {kNewShield, kNewShield, kNewShield};
  int cannon_x = kCannonLeft;
  Shot shot;
  std::array<Shot, kBombs> bombs{};
  int ufo_x = 0, ufo_right = 0;             ///< its direction; 0: there is none
  int burst_x = 0, burst_y = 0, burst = 0;  ///< where something was hit; frames it will be seen
  int dying = 0, clearing = 0;              ///< frames until the next cannon, the next wave
  int cannons = kLives, wave = 1, score = 0;
  int frame = 0;  ///< frames of play, which do not count while a cannon burns

 private:
  static constexpr int kScoreY = 1, kSparesY = 198;
  static constexpr Rect kScore{22, kScoreY, 30, 8};
  static constexpr Rect kSpares{22, kSparesY, 10 * kLives, kCannonHeight};

  static constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }
  static constexpr Rect shield(int i) {
    return {kShieldX + i * kShieldPitch, kShieldY, kChunkColumns * kChunkWidth,
            kChunkRows * kChunkHeight};
  }
  [[nodiscard]] std::uint32_t chance() const;
  void move_cannon(int action);
  void move_ufo();
  void march_on();
  void drop_bomb();
  int move_shot();
  int shoot_alien();
  void burst_at(const Rect& target);
  bool erode(const Rect& hit, int direction);
  void move_bombs();
  void lose_cannon();
  void next_wave();
};

}  // namespace tengen::arcade
