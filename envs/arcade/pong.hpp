// Pong: the first to 21 points, against a bat that follows the ball a little too slowly.
#pragma once

#include "core/rng.hpp"
#include "envs/arcade/screen.hpp"

#include <array>
#include <string>
#include <vector>

namespace tengen::arcade {

/// One game of Pong, played one 60 Hz frame at a time. It is a small trivially copyable value
/// without randomness. The learner holds the right bat. The rules are those that the Atari 2600
/// game shows on its screen, frame by frame (docs/transfer.md); it is not the ROM. Lengths are in
/// pixels, speeds in pixels per frame, rows count downwards.
struct Pong {
  static constexpr const char* kId = "Pong-v1";
  /// RIGHT moves up and LEFT down, as the paddle turns.
  enum Action { kNoop, kFire, kRight, kLeft, kRightFire, kLeftFire };
  static std::vector<std::string> action_names() {
    return {"NOOP", "FIRE", "RIGHT", "LEFT", "RIGHTFIRE", "LEFTFIRE"};
  }
  static constexpr bool kFireServes = false;  ///< the ball is served without FIRE

  static constexpr int kFieldTop = 34, kFieldBottom = 194;  ///< between the walls
  static constexpr int kEnemyX = 16, kPlayerX = 140, kBatWidth = 4;
  static constexpr int kBallWidth = 2, kBallHeight = 4;
  static constexpr int kWinningScore = 21, kServeWait = 63, kFirstServe = 59;
  static constexpr int kKnobMin = 27450, kKnobMax = 790196;  ///< how far the paddle's knob turns

  /// Draws other sizes and speeds for a game that has just begun: bats of 14 to 18 rows, a knob
  /// that turns 0.85 to 1.15 times as fast, and an enemy that rests every 7 to 9 frames.
  void vary(Rng& rng);
  /// Begins a new game.
  void reset() { *this = Pong{}; }
  /// Plays one frame. Returns 1 for a point, −1 for a point of the enemy, else 0.
  float step(int action);
  [[nodiscard]] bool over() const;
  [[nodiscard]] int lives() const { return 0; }
  /// The action of a player that sees the whole state and wins nearly every point. It is to be held
  /// for `frames` frames.
  [[nodiscard]] int oracle(int frames) const;

  enum Pixel : std::uint8_t { kBackground, kWhite, kEnemyColour, kPlayerColour };
  static constexpr Palette kPalette = {
      {{144, 72, 17}, {236, 236, 236}, {213, 130, 74}, {92, 186, 92}}};
  void draw_still(Window& window) const;
  void draw_moving(Window& window) const;
  /// The rectangles in which draw_moving draws.
  [[nodiscard]] std::array<Rect, 3> moving() const { return {enemy(), player(), ball()}; }
  /// Calls area(Rect) for every part that draw_still draws differently for `other`.
  template <class F>
  void still_changes(const Pong& other, F&& area) const {
    if (enemy_score != other.enemy_score) area(kEnemyScore);
    if (player_score != other.player_score) area(kPlayerScore);
  }

  [[nodiscard]] bool valid() const {
    return all_within(kKnobMin, kKnobMax, {knob}) &&
           all_within(-kFarthest, kFarthest,
                      {player_y, next_player_y, enemy_y, ball_x, ball_y, ball_vx, ball_vy}) &&
           all_within(0, kWinningScore, {player_score, enemy_score}) &&
           all_within(1, kKnobMax, {turn}) && all_within(1, kFarthest, {bat_height, rest}) &&
           all_within(0, kLongestClock, {wait, frame});
  }

  int knob = (kKnobMin + kKnobMax) / 2;  ///< where the paddle is turned to; more is further down
  /// The bat's top, and what it will be in the next frame. It is shown on even rows only.
  int player_y = 96, next_player_y = 96;
  int enemy_y = 113;  ///< the top of the enemy's bat
  int ball_x = 78, ball_y = kAway, ball_vx = -1, ball_vy = 1;
  int wait = kFirstServe;  ///< frames until the ball is served
  bool fire = false;       ///< whether FIRE was pressed in the last frame
  int frame = 0;
  int player_score = 0, enemy_score = 0;
  int bat_height = 16;
  int turn = 23000;  ///< by which the knob turns in a frame
  int rest = 8;      ///< frames of which the enemy rests one

 private:
  static constexpr Rect kEnemyScore{20, 1, 28, 20}, kPlayerScore{100, 1, 28, 20};

  static constexpr int kAway = -14;  // the row of a ball that is out of play

  [[nodiscard]] Rect enemy() const;
  [[nodiscard]] Rect player() const;
  [[nodiscard]] Rect ball() const;
  [[nodiscard]] Rect bat(int x, int y) const;
  void turn_knob(int action);
  void move_player();
  void move_enemy();
  void move_ball();
  void serve();
  float score_point();
};

}  // namespace tengen::arcade
