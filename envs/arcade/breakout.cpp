#include "envs/arcade/breakout.hpp"

#include "envs/arcade/oracle.hpp"

#include <cstdlib>

namespace tengen::arcade {
namespace {

constexpr int kServeY = 122;
constexpr std::array kServeX = {16, 78, 80, 142};
constexpr int kLostY = 210;
constexpr int kBatTopSpeed = 6;
constexpr std::array kAcceleration = {3, 2, -1, 1, 1};  // by the frames for which a key was held
constexpr std::array kCoast = {0, 0, 1, 2, 2, 2, 3};    // next speed without a key, by the speed
constexpr int kFastAfter = 12;                          // returns
constexpr int kFast = 3, kFastest = 4;                  // paces

struct Pace {
  int across, down;
};
// The ball's speed in pixels per frame, on even and odd frames.
constexpr Pace kPaces[5][2] = {
    {{1, 1}, {1, 1}}, {{2, 1}, {1, 1}}, {{1, 2}, {1, 1}}, {{2, 2}, {2, 2}}, {{2, 3}, {2, 3}}};

}  // namespace

float Breakout::step(int action) {
  ++frame;
  move_bat(action);
  if (in_play == 0) {
    if (action == kFire) serve();
    return 0;
  }
  move_ball();
  bounce_off_walls();
  const int points = break_brick();
  bounce_off_bat();
  if (ball_y >= kLostY) lose_ball();
  return static_cast<float>(points);
}

int Breakout::bricks_left() const {
  int left = 0;
  for (const std::uint32_t row : bricks) left += std::popcount(row);
  return left;
}

void Breakout::move_bat(int action) {
  const int direction = action == kRight ? 1 : action == kLeft ? -1 : 0;
  if (direction == 0) {
    bat_held = 0;
    const int coast = kCoast[static_cast<std::size_t>(std::abs(bat_speed))];
    bat_speed = bat_speed < 0 ? -coast : coast;
  } else {
    if (bat_speed * direction < 0) {
      bat_held = 0;
      bat_speed = 0;
    }
    const int faster = static_cast<std::size_t>(bat_held) < kAcceleration.size()
                           ? kAcceleration[static_cast<std::size_t>(bat_held)]
                           : 0;
    ++bat_held;
    bat_speed = direction * std::min(std::abs(bat_speed) + faster, kBatTopSpeed);
  }
  bat_x = std::clamp(bat_x + bat_speed, kFieldLeft, kFieldRight - bat_width());
}

void Breakout::serve() {
  const auto place = static_cast<std::size_t>(frame % 4);
  ball_x = kServeX[place];
  ball_y = kServeY;
  ball_right = place % 2 == 0 ? 1 : -1;
  ball_down = 1;
  pace = returns = 0;
  in_play = can_break = 1;
}

void Breakout::move_ball() {
  const Pace& speed = kPaces[pace][frame % 2];
  ball_x += ball_right * speed.across;
  ball_y += ball_down * speed.down;
}

void Breakout::bounce_off_walls() {
  if (ball_x <= kFieldLeft || ball_x >= kFieldRight - kBallWidth) {
    ball_right = ball_x <= kFieldLeft ? 1 : -1;
    ball_x = std::clamp(ball_x, kFieldLeft, kFieldRight - kBallWidth);
    const bool beside_bricks =
        ball_y + kBallHeight > kBricksTop && ball_y < kBricksTop + kRows * kBrickHeight;
    if (!beside_bricks) can_break = 1;
  }
  if (ball_y <= kFieldTop) {
    ball_y = kFieldTop;
    ball_down = 1;
    can_break = narrow = 1;
  }
}

// At most one brick falls per frame: the one at the ball's leading corner, else at its other side.
int Breakout::break_brick() {
  const int y = (ball_down < 0 ? ball_y : ball_y + kBallHeight - 1) - kBricksTop;
  if (can_break == 0 || y < 0 || y >= kRows * kBrickHeight) return 0;
  const int row = y / kBrickHeight;
  const int sides[] = {ball_right > 0 ? kBallWidth - 1 : 0, ball_right > 0 ? 0 : kBallWidth - 1};
  for (const int side : sides) {
    const std::uint32_t bit = 1U << ((ball_x + side - kBricksLeft) / kBrickWidth);
    if ((bricks[index(row)] & bit) == 0) continue;
    bricks[index(row)] ^= bit;
    ball_down = -ball_down;
    can_break = 0;
    if (row < kRows / 2) pace = kFastest;
    score += kPoints[index(row)];
    return kPoints[index(row)];
  }
  return 0;
}

void Breakout::bounce_off_bat() {
  if (ball_down < 0 || !overlap(ball(), bat())) return;
  ball_y = kBatY - kBallHeight;
  ball_down = -1;
  can_break = 1;
  ++returns;
  const int middle = ball_x + kBallWidth / 2 - bat_x;
  const int fifth = std::clamp(middle * 5 / bat_width(), 0, 4);
  if (fifth != 2) ball_right = fifth < 2 ? -1 : 1;
  if (returns >= kFastAfter) pace = std::max(pace, kFast);
  if (pace < kFast) pace = fifth == 0 || fifth == 4 ? 1 : 2;
  if (bricks_left() == 0 && walls < kWalls) {
    ++walls;
    bricks.fill(kFullRow);
  }
}

void Breakout::lose_ball() {
  --balls;
  in_play = narrow = 0;
}

Rect Breakout::ball() const {
  if (in_play == 0 || ball_y > kFieldBottom) return {};
  return {ball_x, ball_y, kBallWidth, kBallHeight};
}

void Breakout::draw_still(Window& window) const {
  window.fill(kWholeScreen, kBlack);
  window.fill({0, 17, kScreenWidth, kFieldTop - 17}, kGrey);
  window.fill({0, kFieldTop, kFieldLeft, kFieldBottom - kFieldTop}, kGrey);
  window.fill({kFieldRight, kFieldTop, kScreenWidth - kFieldRight, kFieldBottom - kFieldTop},
              kGrey);
  window.digit({36, 5, 12, 10}, score / 100 % 10, kGrey);
  window.digit({52, 5, 12, 10}, score / 10 % 10, kGrey);
  window.digit({68, 5, 12, 10}, score % 10, kGrey);
  window.digit(kBalls, balls, kGrey);
  window.digit({132, 5, 12, 10}, 1, kGrey);
  for (int row = 0; row < kRows; ++row) {
    const Rect whole{kBricksLeft, brick(row, 0).y, kColumns * kBrickWidth, kBrickHeight};
    const Rect seen = intersection(whole, window.area());
    if (seen.empty()) continue;
    const auto colour = static_cast<std::uint8_t>(kFirstRow + row);
    const int last = (seen.right() - 1 - kBricksLeft) / kBrickWidth;
    for (int column = (seen.x - kBricksLeft) / kBrickWidth; column <= last; ++column)
      if ((bricks[index(row)] >> column & 1) != 0) window.fill(brick(row, column), colour);
  }
}

void Breakout::draw_moving(Window& window) const {
  window.fill(bat(), kRed);
  window.fill(ball(), kRed);
}

namespace {

constexpr int kHorizon = 1000;  // frames

// Plays on with the bat out of the way until the next frame brings the ball down to the bat's row.
// Returns the number of frames that took, or kHorizon if it never happens.
int run_to_bat(Breakout& game) {
  for (int frames = 0; frames < kHorizon && game.in_play != 0; ++frames) {
    const int bottom = game.ball_y + Breakout::kBallHeight;
    const int next = bottom + kPaces[game.pace][(game.frame + 1) % 2].down;
    if (game.ball_down > 0 && next > Breakout::kBatY) return frames;
    game.bat_x = game.ball_x < kScreenWidth / 2 ? Breakout::kFieldRight - Breakout::kWideBat
                                                : Breakout::kFieldLeft;
    game.step(Breakout::kNoop);
  }
  return kHorizon;
}

// For each fifth of the bat, what the ball of `arrival` scores after it before the next return.
std::array<float, 5> values_of_fifths(const Breakout& arrival) {
  std::array<float, 5> values{};
  // Ties are broken by the state, as if at random, or the ball could circle for ever.
  const std::uint32_t favourite =
      (static_cast<std::uint32_t>(arrival.frame) * 2654435761U >> 16) % 5;
  values[favourite] = 0.5F;
  for (int fifth = 0; fifth < 5; ++fifth) {
    Breakout trial = arrival;
    for (int frame = 0; frame < 6 && trial.ball_down > 0; ++frame) {
      trial.bat_x =
          trial.ball_x + Breakout::kBallWidth / 2 - (2 * fifth + 1) * arrival.bat_width() / 10;
      trial.bat_speed = 0;
      trial.step(Breakout::kNoop);
    }
    run_to_bat(trial);
    values[static_cast<std::size_t>(fifth)] += static_cast<float>(trial.score - arrival.score);
  }
  return values;
}

}  // namespace

int Breakout::oracle(int frames) const {
  if (in_play == 0) return kFire;
  // At the highest pace some bricks may be on no line that the ball can still take.
  constexpr int kCircling = 250;
  if (returns > kCircling && balls > 1) return kLeft;
  Breakout arrival = *this;
  const int time = run_to_bat(arrival);
  if (time == kHorizon) return kNoop;
  const std::array<float, 5> values = values_of_fifths(arrival);
  Breakout contact = arrival;
  contact.move_ball();
  const int ball = contact.ball_x + kBallWidth / 2;
  return best_first_move({kNoop, kRight, kLeft}, frames, [&](auto&& move_of) {
    Breakout trial = *this;
    for (int i = 0; i <= time && i < 12 * frames; ++i) trial.move_bat(move_of(i));
    const int middle = ball - trial.bat_x;
    const int off = std::abs(2 * middle - bat_width());
    if (off > bat_width()) return 1000 + static_cast<float>(off);
    return static_cast<float>(off) * 0.01F -
           values[static_cast<std::size_t>(std::clamp(middle * 5 / bat_width(), 0, 4))];
  });
}

}  // namespace tengen::arcade
