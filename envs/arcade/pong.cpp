#include "envs/arcade/pong.hpp"

#include "envs/arcade/oracle.hpp"

#include <cmath>
#include <cstdlib>
#include <tuple>

namespace tengen::arcade {
namespace {

constexpr float kTopSpeed = 5.75F;  // of the player's bat, pixels per frame
constexpr float kResponse = 0.3F;   // the part of the wanted change of speed that a frame brings
constexpr float kPlayerMin = 24, kPlayerMax = 190, kPlayerSlow = 170;
constexpr float kHardHit = 5;  // a bat this fast speeds the ball up
constexpr int kBallTopSpeed = 4;
constexpr int kStartX = 78, kStartY = 115;
constexpr int kGoalLeft = 4, kGoalRight = 156;

bool fires(int action) {
  return action == Pong::kFire || action == Pong::kRightFire || action == Pong::kLeftFire;
}

bool touches(int ball_y, float bat_y) {
  const float y = static_cast<float>(ball_y);
  return y > bat_y - Pong::kBallHeight && y < bat_y + Pong::kBatHeight;
}

Rect bat(int x, float y) {
  return intersection({x, static_cast<int>(y), Pong::kBatWidth, Pong::kBatHeight},
                      {0, Pong::kFieldTop, kScreenWidth, Pong::kFieldBottom - Pong::kFieldTop});
}

}  // namespace

float Pong::step(int action) {
  ++frame;
  move_player(action);
  if (wait > 0) {
    --wait;
    return 0;
  }
  move_enemy();
  move_ball(fires(action));
  return score_point();
}

bool Pong::over() const { return player_score == kWinningScore || enemy_score == kWinningScore; }

void Pong::move_player(int action) {
  const bool up = action == kRight || action == kRightFire;
  const bool down = action == kLeft || action == kLeftFire;
  const float wanted = up ? -kTopSpeed : down ? kTopSpeed : 0;
  player_speed += (wanted - player_speed) * kResponse;
  float move = player_speed;
  if (move > 0 && player_y >= kPlayerSlow) move = std::min(move, (kPlayerMax - player_y) * 0.25F);
  player_y = std::clamp(player_y + move, kPlayerMin, kPlayerMax);
}

// It moves two pixels a frame except in every eighth, which is why it can lose.
void Pong::move_enemy() {
  if (frame % 8 == 0 || ball_y == enemy_y) return;
  enemy_y += ball_y > enemy_y ? 2 : -2;
}

void Pong::move_ball(bool fire) {
  ball_x += ball_vx;
  ball_y += ball_vy;
  if (ball_y <= kFieldTop) {
    ball_y = kFieldTop;
    ball_vy = std::abs(ball_vy);
  } else if (ball_y >= kFieldBottom - kBallHeight) {
    ball_y = kFieldBottom - kBallHeight;
    ball_vy = -std::abs(ball_vy);
  }
  if (ball_vx > 0 && ball_x >= kPlayerX && ball_x <= kPlayerX + kBatWidth &&
      touches(ball_y, player_y)) {
    if (fire || std::abs(player_speed) >= kHardHit) ball_vx = std::min(ball_vx + 1, kBallTopSpeed);
    bounce_off(player_y);
  } else if (ball_vx < 0 && ball_x >= kEnemyX && ball_x < kEnemyX + kBatWidth &&
             touches(ball_y, static_cast<float>(enemy_y))) {
    bounce_off(static_cast<float>(enemy_y));
  }
}

// Each fifth of a bat returns the ball at an angle of its own.
void Pong::bounce_off(float bat_y) {
  const float middle = static_cast<float>(ball_y) + kBallHeight / 2.0F - bat_y;
  const int fifth = std::clamp(static_cast<int>(middle * 5 / kBatHeight), 0, 4);
  ball_vy = fifth - 2;
  ball_vx = -ball_vx;
}

float Pong::score_point() {
  if (ball_x >= kGoalLeft && ball_x <= kGoalRight) return 0;
  const bool won = ball_x < kGoalLeft;
  ++(won ? player_score : enemy_score);
  // The next ball is served towards the side that lost the point.
  ball_vx = won ? -1 : 1;
  ball_vy = ball_y > kStartY ? 1 : -1;
  ball_x = kStartX;
  ball_y = kStartY;
  enemy_y = kStartY;
  wait = kServeWait;
  return won ? 1.0F : -1.0F;
}

Rect Pong::enemy() const { return bat(kEnemyX, static_cast<float>(enemy_y)); }
Rect Pong::player() const { return bat(kPlayerX, player_y); }
Rect Pong::ball() const {
  if (wait > 0) return {};
  return {ball_x, ball_y, kBallWidth, kBallHeight};
}

void Pong::draw_still(Window& window) const {
  window.fill(kWholeScreen, kBackground);
  window.fill({0, 24, kScreenWidth, kFieldTop - 24}, kWhite);
  window.fill({0, kFieldBottom, kScreenWidth, kScreenHeight - kFieldBottom}, kWhite);
  for (const auto& [area, score, colour] :
       {std::tuple{kEnemyScore, enemy_score, kEnemyColour},
        std::tuple{kPlayerScore, player_score, kPlayerColour}}) {
    if (!overlap(area, window.area())) continue;
    if (score >= 10) window.digit({area.x, 1, 12, 20}, score / 10, colour);
    window.digit({area.x + 16, 1, 12, 20}, score % 10, colour);
  }
}

void Pong::draw_moving(Window& window) const {
  window.fill(enemy(), kEnemyColour);
  window.fill(player(), kPlayerColour);
  window.fill(ball(), kWhite);
}

namespace {

// Plays on without the player until the ball is about to reach the player's bat or a point is made.
// Returns the number of frames that took.
int run_to_bat(Pong& pong) {
  const int score = pong.player_score + pong.enemy_score;
  for (int frames = 0;; ++frames) {
    const bool arrives = pong.wait == 0 && pong.ball_vx > 0 &&
                         pong.ball_x + pong.ball_vx >= Pong::kPlayerX &&
                         pong.ball_x < Pong::kPlayerX;
    if (arrives || pong.player_score + pong.enemy_score != score) return frames;
    pong.step(Pong::kNoop);
  }
}

// Where the top of the bat must be to send the ball of `arrival` to a place where the enemy misses
// it, if there is such a place.
float best_bat(const Pong& arrival) {
  const auto bat_for = [&](int fifth) {
    const float middle = static_cast<float>(fifth) + 0.5F;
    return static_cast<float>(arrival.ball_y + arrival.ball_vy) + Pong::kBallHeight / 2.0F -
           middle * Pong::kBatHeight / 5;
  };
  for (const int fifth : {0, 4, 1, 3, 2}) {
    Pong trial = arrival;
    trial.player_y = bat_for(fifth);
    trial.player_speed = 0;
    trial.step(Pong::kFire);
    run_to_bat(trial);
    if (trial.player_score > arrival.player_score) return bat_for(fifth);
  }
  return bat_for(0);
}

}  // namespace

int Pong::oracle(int frames) const {
  Pong arrival = *this;
  const int time = run_to_bat(arrival) + 1;
  const bool arrives = arrival.player_score == player_score && arrival.enemy_score == enemy_score;
  const float middle = (kFieldTop + kFieldBottom - kBatHeight) / 2.0F;
  const float target = arrives ? best_bat(arrival) : middle;
  return best_first_move({kFire, kRightFire, kLeftFire}, frames, [&](auto&& move_of) {
    Pong trial = *this;
    for (int i = 0; i < time && i < 12 * frames; ++i) trial.move_player(move_of(i));
    return std::abs(trial.player_y - target);
  });
}

}  // namespace tengen::arcade
