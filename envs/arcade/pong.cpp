#include "envs/arcade/pong.hpp"

#include "envs/arcade/oracle.hpp"

#include <cstdlib>
#include <tuple>

namespace tengen::arcade {
namespace {

// The console tells where the knob is by how many rows a capacitor takes to charge, and looks at
// every second row: kKnobPerStep is what two rows are worth.
constexpr int kKnobPerStep = 7988, kKnobOffset = 31300;
constexpr int kPlayerMin = 25, kPlayerMax = 191;  // where the knob can send the bat's top
constexpr int kBallTopSpeed = 4;
constexpr int kCentreX = 79, kCentreY = 114, kEnemyStart = 113;
constexpr int kGoalLeft = 4, kGoalRight = 156;
constexpr int kEarly = 130;
constexpr int kTurnTop = 31, kTurnBottom = 192;  // the ball's rows at which a wall turns it

bool fires(int action) {
  return action == Pong::kFire || action == Pong::kRightFire || action == Pong::kLeftFire;
}

constexpr Rect kField{0, Pong::kFieldTop, kScreenWidth, Pong::kFieldBottom - Pong::kFieldTop};

}  // namespace

void Pong::vary(Rng& rng) {
  bat_height = 14 + static_cast<int>(rng.below(5));
  turn = static_cast<int>(turn * rng.uniform(0.85, 1.15));
  rest = 7 + static_cast<int>(rng.below(3));
}

float Pong::step(int action) {
  ++frame;
  float reward = 0;
  if (wait > 0)
    serve();
  else if (ball_x < kGoalLeft || ball_x >= kGoalRight)
    reward = score_point();
  else
    move_ball();
  move_enemy();
  turn_knob(action);
  move_player();
  fire = fires(action);
  return reward;
}

bool Pong::over() const { return player_score == kWinningScore || enemy_score == kWinningScore; }

void Pong::turn_knob(int action) {
  const bool up = action == kRight || action == kRightFire;
  const bool down = action == kLeft || action == kLeftFire;
  knob = std::clamp(knob + (up ? -turn : down ? turn : 0), kKnobMin, kKnobMax);
}

// The knob is read in every second frame. The bat then goes half the way to where it points, and
// is seen there in the frame after.
void Pong::move_player() {
  player_y = next_player_y;
  if (frame % 2 == 0) return;
  const int wanted = 2 * ((knob + kKnobOffset) / kKnobPerStep) - 13;
  next_player_y = (player_y + std::clamp(wanted, kPlayerMin, kPlayerMax)) >> 1;
}

// It moves two pixels a frame except in every eighth, which is why it can lose.
void Pong::move_enemy() {
  if (frame % rest == 2 || ball_y == enemy_y + 1) return;
  enemy_y += ball_y > enemy_y + 1 ? 2 : -2;
}

// The console sees in one frame what overlapped in the picture of the last one. A bat sends the
// ball off at an angle for every four rows of it.
void Pong::move_ball() {
  if (overlap(ball(), player())) {
    ball_vx = -std::min(std::abs(ball_vx) + (fire ? 1 : 0), kBallTopSpeed);
    ball_vy = ((ball_y - player_y) >> 2) - 1;
  } else if (overlap(ball(), enemy())) {
    ball_vx = std::abs(ball_vx);
    ball_vy = ((ball_y - enemy_y - 2) >> 2) - 1;
  }
  if ((ball_y <= kTurnTop && ball_vy < 0) || (ball_y >= kTurnBottom && ball_vy > 0)) {
    ball_vy = -ball_vy;
    ball_y += ball_vy > 0 ? 1 : -1;
  }
  ball_x += ball_vx;
  ball_y += ball_vy;
}

// The ball stays in its goal for the frame that counts it, is away, and then comes from the middle
// towards the side that lost the point.
void Pong::serve() {
  ball_y = kAway;
  if (--wait > 0) return;
  ball_vx = ball_vx < 0 ? -1 : 1;
  ball_vy = ball_vy < 0 ? -1 : 1;
  ball_x = kCentreX + ball_vx;
  ball_y = kCentreY + ball_vy;
  enemy_y = kEnemyStart;
}

float Pong::score_point() {
  wait = kServeWait;
  const bool won = ball_x < kGoalLeft;
  ++(won ? player_score : enemy_score);
  return won ? 1.0F : -1.0F;
}

Rect Pong::bat(int x, int y) const { return intersection({x, y, kBatWidth, bat_height}, kField); }

Rect Pong::enemy() const {
  if (frame < kFirstServe) return {};  // it comes with the first ball
  return bat(kEnemyX, enemy_y);
}
Rect Pong::player() const { return bat(kPlayerX, player_y & ~1); }
// The console draws two rows at a time, and right of kEarly the ball comes on a row too soon.
Rect Pong::ball() const {
  const int y = ball_x < kEarly ? ball_y : ball_y & ~1;
  return intersection({ball_x, y, kBallWidth, kBallHeight}, kField);
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

// Plays on without the player until the ball is at the player's bat or a point is made. Returns the
// number of frames that took.
int run_to_bat(Pong& pong) {
  const int score = pong.player_score + pong.enemy_score;
  for (int frames = 0;; ++frames) {
    const bool arrives = pong.wait == 0 && pong.ball_vx > 0 &&
                         pong.ball_x + Pong::kBallWidth + pong.ball_vx > Pong::kPlayerX;
    if (arrives || pong.player_score + pong.enemy_score != score) return frames;
    pong.step(Pong::kNoop);
  }
}

// How bad it is for the player to do move_of(0), move_of(1), … until the ball has been at its bat:
// a lost point, a ball that comes back soon, one that comes back late, a point.
template <class Moves>
float misfortune(const Pong& now, int arrival, const Moves& move_of) {
  Pong trial = now;
  const auto outcome = [&] { return static_cast<float>(trial.enemy_score - trial.player_score); };
  const float before = outcome();
  int frames = 0;
  while ((frames < arrival || trial.ball_vx > 0) && outcome() == before)
    trial.step(move_of(frames++));
  if (outcome() == before) run_to_bat(trial);
  return outcome() - before;
}

}  // namespace

int Pong::oracle(int frames) const {
  Pong arrival = *this;
  const int time = run_to_bat(arrival) + 1;
  const bool arrives = arrival.player_score == player_score && arrival.enemy_score == enemy_score;
  if (arrives && time < 4 * frames)
    return best_first_move({kFire, kRightFire, kLeftFire}, frames,
                           [&](auto&& move_of) { return misfortune(*this, time, move_of); });
  const int target = arrives ? arrival.ball_y - bat_height / 2 : (kFieldTop + kFieldBottom) / 2;
  return best_first_move({kFire, kRightFire, kLeftFire}, frames, [&](auto&& move_of) {
    Pong trial = *this;
    for (int i = 0; i < time && i < 12 * frames; ++i) trial.step(move_of(i));
    return static_cast<float>(std::abs(trial.player_y - target));
  });
}

}  // namespace tengen::arcade
