// Freeway: a chicken, ten lanes of traffic, and two minutes and a quarter.
#pragma once

#include "envs/arcade/screen.hpp"

#include <array>
#include <string>
#include <vector>

namespace tengen::arcade {

/// One game of Freeway, played one 60 Hz frame at a time. It is a small trivially copyable value
/// without randomness. Traffic, walk and waits are those that the Atari 2600 game shows on its
/// screen, frame by frame (docs/transfer.md); it is not the ROM. Lengths are in pixels. The members
/// that every game has are described at Pong.
struct Freeway {
  static constexpr const char* kId = "Freeway-v1";
  enum Action { kNoop, kUp, kDown };
  static std::vector<std::string> action_names() { return {"NOOP", "UP", "DOWN"}; }
  static constexpr bool kFireServes = false;

  static constexpr int kLanes = 10, kLaneHeight = 16, kFirstLane = 24;
  static constexpr int kCarWidth = 8, kCarHeight = 10;
  static constexpr int kChickenX = 44, kChickenWidth = 7, kChickenHeight = 8;
  static constexpr int kStartY = 187, kGoalY = 15;  ///< the chicken's top
  static constexpr int kGameFrames = 8192, kBlinkFrom = 7680;
  static constexpr int kPushed = 12, kStunned = 15;  ///< pairs of frames after a collision

  /// Begins a new game.
  void reset() { *this = Freeway{}; }
  /// Plays one frame. Returns 1 for a crossing, else 0.
  float step(int action);
  [[nodiscard]] bool over() const { return frame >= kGameFrames; }
  [[nodiscard]] int lives() const { return 0; }
  /// The action of a player that looks ahead, since the traffic can be foreseen.
  [[nodiscard]] int oracle(int frames) const;

  enum Pixel : std::uint8_t { kBlack, kRoad, kPavement, kDash, kChicken, kFirstCar };
  static constexpr Pixel kPink = static_cast<Pixel>(kFirstCar + 3);  ///< for lane 3 and the score
  static constexpr Palette kPalette = {{{0, 0, 0},
                                        {142, 142, 142},
                                        {170, 170, 170},
                                        {214, 214, 214},
                                        {252, 252, 84},
                                        {167, 26, 26},
                                        {180, 231, 117},
                                        {105, 105, 15},
                                        {228, 111, 111},
                                        {24, 26, 167},
                                        {162, 98, 33},
                                        {84, 92, 214},
                                        {184, 50, 50},
                                        {135, 183, 84},
                                        {210, 210, 64}}};
  void draw_still(Window& window) const;
  void draw_moving(Window& window) const;
  /// The rectangles in which draw_moving draws.
  [[nodiscard]] std::array<Rect, kLanes + 1> moving() const;
  /// Calls area(Rect) for every part that draw_still draws differently for `other`.
  template <class F>
  void still_changes(const Freeway& other, F&& area) const {
    if (shown_score() != other.shown_score()) area(kScore);
  }

  [[nodiscard]] Rect car(int lane) const;
  [[nodiscard]] Rect chicken() const {
    return {kChickenX, chicken_y, kChickenWidth, kChickenHeight};
  }

  [[nodiscard]] bool valid() const {
    return all_within(-kFarthest, kFarthest, {chicken_y}) &&
           all_within(0, kLongestClock, {pushed, stunned, score, frame});
  }

  int chicken_y = kStartY;
  int pushed = 0, stunned = 0;  ///< pairs of frames for which the chicken will still be so
  int score = 0, frame = 0;

 private:
  static constexpr Rect kScore{41, 5, 14, 8};

  [[nodiscard]] bool hit() const;
  [[nodiscard]] int shown_score() const;  // −1 while it is hidden
};

}  // namespace tengen::arcade
