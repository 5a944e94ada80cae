#include "envs/arcade/freeway.hpp"

#include <cstdlib>
#include <limits>

namespace tengen::arcade {
namespace {

// Frames per pixel; negative: to the left.
constexpr std::array<int, Freeway::kLanes> kPeriods = {-5, -4, -3, -2, -1, 1, 2, 3, 4, 5};
constexpr int kLeftStart = 157, kRightStart = -3;  // where cars are in the first frame
constexpr int kBar = 8;                            // the leftmost columns are black
constexpr int kOtherChickenX = 108, kOtherScoreX = 113;

// Each row has eight columns; the car's front is at the right.
constexpr std::array<std::uint8_t, Freeway::kCarHeight> kCarRight = {
    0b01100110, 0b01100110, 0b11111110, 0b11111011, 0b11001011,
    0b11001011, 0b11111011, 0b11111110, 0b01100110, 0b01100110};
constexpr std::array<std::uint8_t, Freeway::kCarHeight> kCarLeft = {
    0b01100110, 0b01100110, 0b01111111, 0b11011111, 0b11010011,
    0b11010011, 0b11011111, 0b01111111, 0b01100110, 0b01100110};
// Each row has seven columns; the chicken is seen from the side, its head to the right.
constexpr std::array<std::uint8_t, Freeway::kChickenHeight> kChickenShape = {
    0b00001100, 0b00001110, 0b00001100, 0b10111000, 0b11111000, 0b01111000, 0b00110000, 0b00101000};

}  // namespace

float Freeway::step(int action) {
  const bool collided = pushed == 0 && hit();  // in the last frame's picture
  ++frame;
  const int tick = frame % 2 == 0 ? 1 : 0;
  if (collided) {
    pushed = kPushed;
    stunned = kStunned;
    chicken_y = std::min(chicken_y + 1, kStartY);
  } else if (pushed > 0) {
    pushed -= tick;
    chicken_y = std::min(chicken_y + 1, kStartY);
  } else if (stunned > 0) {
    stunned -= tick;
  } else {
    chicken_y = std::min(chicken_y + (action == kUp ? -1 : action == kDown ? 1 : 0), kStartY);
    if (chicken_y > kGoalY) return 0;
    ++score;
    chicken_y = kStartY;
    stunned = kStunned - tick;
    return 1;
  }
  return 0;
}

// A car that leaves the screen comes in again on the other side.
Rect Freeway::car(int lane) const {
  const int period = kPeriods[static_cast<std::size_t>(lane)];
  const int pace = std::abs(period);
  const int moves = (std::max(frame, 1) + pace - 2) / pace % kScreenWidth;
  const int x = period < 0 ? kLeftStart - moves : kRightStart + moves;
  return {(x + kScreenWidth) % kScreenWidth, kFirstLane + lane * kLaneHeight + 3, kCarWidth,
          kCarHeight};
}

// The chicken is a body and, before it, a head; wheels do not count.
bool Freeway::hit() const {
  const Rect body{kChickenX + 1, chicken_y + 3, 4, 5}, head{kChickenX + 4, chicken_y, 3, 3};
  const int first = std::max(0, (chicken_y - kFirstLane) / kLaneHeight);
  const int last = std::min(kLanes - 1, (body.bottom() - 1 - kFirstLane) / kLaneHeight);
  for (int lane = first; lane <= last; ++lane) {
    const Rect whole = car(lane);
    const Rect bonnet{whole.x, whole.y + 1, whole.width, whole.height - 2};
    if (overlap(body, bonnet) || overlap(head, bonnet)) return true;
  }
  return false;
}

int Freeway::shown_score() const {
  const bool hidden = frame >= kBlinkFrom && frame / 16 % 2 == 1;
  return hidden ? -1 : score;
}

std::array<Rect, Freeway::kLanes + 1> Freeway::moving() const {
  std::array<Rect, kLanes + 1> all;
  for (int lane = 0; lane < kLanes; ++lane) all[static_cast<std::size_t>(lane)] = car(lane);
  all[kLanes] = chicken();
  return all;
}

void Freeway::draw_still(Window& window) const {
  constexpr int kRoadBottom = kFirstLane + kLanes * kLaneHeight;
  window.fill(kWholeScreen, kBlack);
  window.fill({kBar, 4, kScreenWidth - kBar, 10}, kRoad);
  window.fill({kBar, 15, kScreenWidth - kBar, 8}, kPavement);
  window.fill({kBar, kFirstLane, kScreenWidth - kBar, kRoadBottom + 1 - kFirstLane}, kRoad);
  window.fill({kBar, kRoadBottom + 2, kScreenWidth - kBar, 193 - kRoadBottom}, kPavement);
  for (int lane = 1; lane < kLanes; ++lane) {
    const int y = kFirstLane + lane * kLaneHeight - 1;
    if (!overlap({0, y - 1, kScreenWidth, 3}, window.area())) continue;
    for (int x = kBar + 4; x < kScreenWidth; x += 8) {
      if (lane != kLanes / 2) {
        window.fill({x, y, 4, 1}, kDash);
      } else {  // the middle of the road
        window.fill({x, y - 1, 4, 1}, kChicken);
        window.fill({x, y + 1, 4, 1}, kChicken);
      }
    }
  }
  window.sprite(kOtherChickenX, kStartY, kChickenShape, kChicken);
  window.digit({kOtherScoreX, 5, 6, 8}, 0, kPink);
  const int shown = shown_score();
  if (shown >= 10) window.digit({41, 5, 6, 8}, shown / 10 % 10, kPink);
  if (shown >= 0) window.digit({49, 5, 6, 8}, shown % 10, kPink);
}

void Freeway::draw_moving(Window& window) const {
  for (int lane = 0; lane < kLanes; ++lane) {
    const int y = kFirstLane + lane * kLaneHeight;
    if (!overlap({0, y, kScreenWidth, kLaneHeight}, window.area())) continue;
    const Rect at = car(lane);
    window.sprite(at.x, at.y, kPeriods[static_cast<std::size_t>(lane)] > 0 ? kCarRight : kCarLeft,
                  static_cast<std::uint8_t>(kFirstCar + lane));
    window.fill({0, at.y, kBar, kCarHeight}, kBlack);
  }
  window.sprite(kChickenX, chicken_y, kChickenShape, kChicken);
}

// Tries every move, followed by a wait of up to a dozen moves and then straight up. The plan that
// is across soonest is best; if no way is free, the one that gets farthest.
int Freeway::oracle(int frames) const {
  if (pushed > 0 || stunned > 0) return kUp;
  int best = kUp;
  int lowest = std::numeric_limits<int>::max();
  for (const int first : {kUp, kNoop, kDown})
    for (int wait = 0; wait <= 12; ++wait) {
      Freeway trial = *this;
      int cost = 0;
      while (trial.score == score && trial.pushed == 0) {
        const int turn = cost++ / frames;
        trial.step(turn == 0 ? first : turn <= wait ? kNoop : kUp);
      }
      if (trial.pushed > 0) cost = 10000 + trial.chicken_y;
      if (cost < lowest) {
        lowest = cost;
        best = first;
      }
    }
  return best;
}

}  // namespace tengen::arcade
