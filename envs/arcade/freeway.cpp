#include "envs/arcade/freeway.hpp"

#include <limits>

namespace tengen::arcade {
namespace {

struct Traffic {
  int period;  // frames per pixel; negative: to the left
  int start;   // x of the car at the start
  int phase;   // frames by which the first move comes earlier
};
constexpr std::array<Traffic, Freeway::kLanes> kTraffic = {{{-5, 5, -2},
                                                            {-4, 5, -2},
                                                            {-3, 5, -2},
                                                            {-2, 5, 0},
                                                            {-1, 6, 0},
                                                            {1, 156, 0},
                                                            {2, 157, 0},
                                                            {3, 157, -2},
                                                            {4, 157, -2},
                                                            {5, 157, 3}}};
constexpr int kRoundTrip = kScreenWidth + Freeway::kCarWidth;

// Each row has eight columns; the car's front is at the right.
constexpr std::array<std::uint8_t, Freeway::kCarHeight> kCarRight = {
    0b01100110, 0b01100110, 0b11111110, 0b11111011, 0b11001011,
    0b11001011, 0b11111011, 0b11111110, 0b01100110, 0b01100110};
constexpr std::array<std::uint8_t, Freeway::kCarHeight> kCarLeft = {
    0b01100110, 0b01100110, 0b01111111, 0b11011111, 0b11010011,
    0b11010011, 0b11011111, 0b01111111, 0b01100110, 0b01100110};
// Each row has six columns; the chicken is seen from the side.
constexpr std::array<std::uint8_t, Freeway::kChickenHeight> kChickenShape = {
    0b00011000, 0b00111100, 0b10011000, 0b11011100, 0b11111100, 0b01111000, 0b00110000, 0b00101000};

constexpr int floor_div(int a, int b) { return (a >= 0 ? a : a - b + 1) / b; }

}  // namespace

float Freeway::step(int action) {
  ++frame;
  if (pushed > 0 || stunned > 0) {
    if (pushed > 0) {
      --pushed;
      chicken_y = std::min(chicken_y + 1, kStartY);
    } else {
      --stunned;
    }
    return 0;
  }
  chicken_y = std::min(chicken_y + (action == kUp ? -1 : action == kDown ? 1 : 0), kStartY);
  if (chicken_y <= kGoalY) {
    ++score;
    chicken_y = kStartY;
    stunned = kStunned;
    return 1;
  }
  if (hit()) {
    pushed = kPushed;
    stunned = kStunned;
  }
  return 0;
}

Rect Freeway::car(int lane) const {
  const Traffic& traffic = kTraffic[static_cast<std::size_t>(lane)];
  const int period = traffic.period < 0 ? -traffic.period : traffic.period;
  const int moves =
      (floor_div(frame + traffic.phase, period) - floor_div(traffic.phase, period)) % kRoundTrip;
  const int travelled = traffic.start + kCarWidth + (traffic.period < 0 ? -moves : moves);
  const int x = (travelled + kRoundTrip) % kRoundTrip - kCarWidth;
  return {x, kFirstLane + lane * kLaneHeight + 3, kCarWidth, kCarHeight};
}

// A car's first two rows and the chicken's first two rows and outer columns do not count.
bool Freeway::hit() const {
  const Rect body{kChickenX + 1, chicken_y + 2, kChickenWidth - 2, kChickenHeight - 2};
  const int first = std::max(0, (body.y - kFirstLane) / kLaneHeight);
  const int last = std::min(kLanes - 1, (body.bottom() - 1 - kFirstLane) / kLaneHeight);
  for (int lane = first; lane <= last; ++lane) {
    const Rect whole = car(lane);
    if (overlap(body, {whole.x, whole.y + 2, whole.width, whole.height - 2})) return true;
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
  window.fill({0, 0, kScreenWidth, 15}, kBlack);
  window.fill({0, 15, kScreenWidth, kScreenHeight - 15}, kPavement);
  window.fill({0, kFirstLane, kScreenWidth, kRoadBottom - kFirstLane}, kRoad);
  window.fill({0, 196, kScreenWidth, kScreenHeight - 196}, kBlack);
  for (int lane = 1; lane < kLanes; ++lane) {
    const Rect line{0, kFirstLane + lane * kLaneHeight - 1, kScreenWidth, 2};
    if (!overlap(line, window.area())) continue;
    if (lane == kLanes / 2)
      window.fill(line, kMiddle);
    else
      for (int x = 4; x < kScreenWidth; x += 16) window.fill({x, line.y, 8, 1}, kDash);
  }
  const int shown = shown_score();
  if (shown >= 10) window.digit({41, 5, 6, 8}, shown / 10 % 10, kPink);
  if (shown >= 0) window.digit({49, 5, 6, 8}, shown % 10, kPink);
}

void Freeway::draw_moving(Window& window) const {
  for (int lane = 0; lane < kLanes; ++lane) {
    const int y = kFirstLane + lane * kLaneHeight;
    if (!overlap({0, y, kScreenWidth, kLaneHeight}, window.area())) continue;
    const Rect at = car(lane);
    window.sprite(at.x, at.y,
                  kTraffic[static_cast<std::size_t>(lane)].period > 0 ? kCarRight : kCarLeft,
                  static_cast<std::uint8_t>(kFirstCar + lane));
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
