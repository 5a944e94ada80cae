// Breakout: two walls of 108 bricks and five balls.
#pragma once

#include "envs/arcade/screen.hpp"

#include <array>
#include <bit>
#include <string>
#include <vector>

namespace tengen::arcade {

/// One game of Breakout, played one 60 Hz frame at a time. It is a small trivially copyable value
/// without randomness. The rules are those that the Atari 2600 game shows on its screen, frame by
/// frame (docs/transfer.md); it is not the ROM. Lengths are in pixels, speeds in eighths of a pixel
/// per frame. The members that every game has are described at Pong.
struct Breakout {
  static constexpr const char* kId = "Breakout-v1";
  enum Action { kNoop, kFire, kRight, kLeft };
  static std::vector<std::string> action_names() { return {"NOOP", "FIRE", "RIGHT", "LEFT"}; }
  static constexpr bool kFireServes = true;  ///< without FIRE no ball is ever served

  static constexpr int kFieldLeft = 8, kFieldRight = 152, kFieldTop = 32, kFieldBottom = 196;
  static constexpr int kColumns = 18, kRows = 6, kBrickWidth = 8, kBrickHeight = 6;
  static constexpr int kBricksLeft = 8, kBricksTop = 57;
  static constexpr std::array<int, kRows> kPoints = {7, 7, 4,
                                                     4, 1, 1};  ///< per brick, from the top
  static constexpr int kBatY = 189, kBatHeight = 4, kWideBat = 16, kNarrowBat = 12;
  static constexpr int kBallWidth = 2, kBallHeight = 4;
  static constexpr int kLives = 5, kWalls = 2;
  static constexpr int kKnobMin = 27450, kKnobMax = 790196;  ///< how far the paddle's knob turns

  /// Begins a new game.
  void reset() { *this = Breakout{}; }
  /// Plays one frame. Returns the points of the brick that was hit, or 0.
  float step(int action);
  /// Whether all balls are lost or all walls are gone.
  [[nodiscard]] bool over() const { return balls == 0 || (walls == kWalls && bricks_left() == 0); }
  [[nodiscard]] int lives() const { return balls; }
  /// The action of a player that misses no ball it can reach and aims at the bricks that score most
  /// before the next return.
  [[nodiscard]] int oracle(int frames) const;

  enum Pixel : std::uint8_t { kBlack, kGrey, kRed, kFirstRow, kTeal = kFirstRow + kRows };
  static constexpr Palette kPalette = {{{0, 0, 0},
                                        {142, 142, 142},
                                        {200, 72, 72},
                                        {200, 72, 72},
                                        {198, 108, 58},
                                        {180, 122, 48},
                                        {162, 162, 42},
                                        {72, 160, 72},
                                        {66, 72, 200},
                                        {66, 158, 130}}};
  void draw_still(Window& window) const;
  void draw_moving(Window& window) const;
  /// The rectangles in which draw_moving draws.
  [[nodiscard]] std::array<Rect, 2> moving() const { return {bat(), ball()}; }
  /// Calls area(Rect) for every part that draw_still draws differently for `other`.
  template <class F>
  void still_changes(const Breakout& other, F&& area) const {
    if (score != other.score) area(kScore);
    if (balls != other.balls) area(kBalls);
    for (int row = 0; row < kRows; ++row)
      for (std::uint32_t left = bricks[index(row)] ^ other.bricks[index(row)]; left != 0;
           left &= left - 1)
        area(brick(row, std::countr_zero(left)));
  }

  [[nodiscard]] bool valid() const {
    for (const std::uint32_t row : bricks)
      if ((row & ~kFullRow) != 0) return false;
    return all_within(kKnobMin, kKnobMax, {knob}) &&
           all_within(-kFarthest, kFarthest, {bat_x, ball_x, ball_y, ball_vx, ball_vy}) &&
           all_within(0, kLives, {balls}) && all_within(1, kWalls, {walls}) &&
           all_within(0, kLongestClock, {returns, score, frame});
  }

  [[nodiscard]] int bricks_left() const;
  [[nodiscard]] int bat_width() const { return narrow ? kNarrowBat : kWideBat; }

  static constexpr std::uint32_t kFullRow = (1U << kColumns) - 1;
  /// Bit j of a row is set while brick j of it stands.
  std::array<std::uint32_t, kRows> bricks = {kFullRow, kFullRow, kFullRow,
                                             kFullRow, kFullRow, kFullRow};
  int knob = (kKnobMin + kKnobMax) / 2;  ///< where the paddle is turned to; more is further left
  int bat_x = 99;
  int ball_x = 0, ball_y = 0;    ///< in eighths of a pixel
  int ball_vx = 0, ball_vy = 0;  ///< in eighths of a pixel per frame
  int returns = 0;               ///< how often the bat has hit this ball
  int fastest = 0;               ///< 1 once this ball has hit a brick of the upper rows
  int balls = kLives, walls = 1, score = 0, frame = 0;
  int in_play = 0;    ///< 0 while the game waits for FIRE
  int can_break = 1;  ///< 0 after a brick until the ball meets bat or ceiling
  int narrow = 0;     ///< 1 once this ball has touched the ceiling

 private:
  static constexpr Rect kScore{36, 5, 44, 10}, kBalls{100, 5, 12, 10};

  static constexpr std::size_t index(int row) { return static_cast<std::size_t>(row); }
  static constexpr Rect brick(int row, int column) {
    return {kBricksLeft + column * kBrickWidth, kBricksTop + row * kBrickHeight, kBrickWidth,
            kBrickHeight};
  }
  [[nodiscard]] Rect bat() const { return {bat_x, kBatY, bat_width(), kBatHeight}; }
  [[nodiscard]] Rect ball() const;
  void move_bat(int action);
  void serve();
  void bounce_off_walls();
  void bounce_off_bat();
  [[nodiscard]] bool touches_brick() const;
  int break_brick();
  void lose_ball();
};

}  // namespace tengen::arcade
