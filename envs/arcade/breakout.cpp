#include "envs/arcade/breakout.hpp"

#include "envs/arcade/oracle.hpp"

#include <cstdlib>

namespace tengen::arcade {
namespace {

constexpr int kServeY = 122;
constexpr std::array kServeX = {16, 78, 80, 142};
constexpr int kPixel = 8;  // eighths
constexpr int kLostY = 217;
constexpr int kTurnTop = 33, kTurnLeft = 7, kTurnRight = 151;  // the ball's places at the walls
// The console tells where the knob is by how many rows a capacitor takes to charge, and looks at
// every second row: kKnobPerStep is what two rows are worth.
constexpr int kKnobPerFrame = 23000, kKnobPerStep = 7981;

struct Speed {
  int across, down;  // eighths of a pixel per frame
};
constexpr Speed kServed{8, 8}, kFastest{16, 27};
struct Pace {
  int returns;         // from which on
  Speed inner, outer;  // by the part of the bat
};
constexpr Pace kPaces[] = {
    {12, {16, 16}, {16, 16}}, {8, {16, 8}, {16, 8}}, {4, {4, 16}, {12, 16}}, {0, {8, 12}, {12, 8}}};

// The pixel in which a place in eighths lies.
constexpr int pixel(int place) { return place >> 3; }

}  // namespace

float Breakout::step(int action) {
  ++frame;
  int points = 0;
  if (in_play == 0) {
    if (action == kFire) serve();
  } else if (pixel(ball_y) >= kLostY) {
    lose_ball();
  } else {
    points = break_brick();
    bounce_off_bat();
    bounce_off_walls();
    ball_x += ball_vx;
    ball_y += ball_vy;
  }
  move_bat(action);
  return static_cast<float>(points);
}

int Breakout::bricks_left() const {
  int left = 0;
  for (const std::uint32_t row : bricks) left += std::popcount(row);
  return left;
}

// The bat goes half the way to where the knob pointed in the frame before.
void Breakout::move_bat(int action) {
  // Rows above the bricks, with bricks and below them take a little less and less time.
  const int first = knob < 240000 ? 49200 : knob < 390000 ? 51700 : 53050;
  const int wanted = 188 - 2 * ((knob - first) / kKnobPerStep);
  bat_x = std::clamp((bat_x + wanted) >> 1, kFieldLeft, kFieldRight - kBrickWidth);
  const int turn = action == kLeft ? kKnobPerFrame : action == kRight ? -kKnobPerFrame : 0;
  knob = std::clamp(knob + turn, kKnobMin, kKnobMax);
}

// The parts of a pixel stay what they were.
void Breakout::serve() {
  const auto place = static_cast<std::size_t>(frame % 4);
  ball_x = kServeX[place] * kPixel + (ball_x & (kPixel - 1));
  ball_y = kServeY * kPixel + (ball_y & (kPixel - 1));
  ball_vx = place % 2 == 0 ? kServed.across : -kServed.across;
  ball_vy = kServed.down;
  returns = fastest = 0;
  in_play = can_break = 1;
}

void Breakout::bounce_off_walls() {
  const int x = pixel(ball_x);
  if ((x <= kTurnLeft || x >= kTurnRight) && pixel(ball_y) < kFieldBottom)
    ball_vx = x <= kTurnLeft ? std::abs(ball_vx) : -std::abs(ball_vx);
  if (pixel(ball_y) <= kTurnTop && ball_vy < 0) {
    ball_vy = -ball_vy;
    can_break = narrow = 1;
  }
}

// Whether the ball's pixels, a row higher, are on a brick.
bool Breakout::touches_brick() const {
  for (const int y : {-1, Breakout::kBallHeight - 2}) {
    const int row = pixel(ball_y) + y - kBricksTop;
    if (row < 0 || row >= kRows * kBrickHeight) continue;
    for (int x = 0; x < kBallWidth; ++x) {
      const int column = pixel(ball_x) + x - kBricksLeft;
      if (column >= 0 && column < kColumns * kBrickWidth &&
          (bricks[index(row / kBrickHeight)] >> column / kBrickWidth & 1) != 0)
        return true;
    }
  }
  return false;
}

// The console sees that the ball touches some brick, and takes the one at a point nearby. If there
// is none, the ball goes on.
int Breakout::break_brick() {
  if (can_break == 0 || !touches_brick()) return 0;
  const int row = std::max(0, pixel(ball_y) - kBricksTop - 2) / kBrickHeight;
  const int x = pixel(ball_x) - kBricksLeft - (row == 0 ? 1 : 0);
  const std::uint32_t bit = 1U << (std::clamp(x, 0, kColumns * kBrickWidth - 1) / kBrickWidth);
  if ((bricks[index(row)] & bit) == 0) return 0;
  bricks[index(row)] ^= bit;
  can_break = 0;
  if (row < kRows / 2 && fastest == 0) {
    fastest = 1;
    ball_vx = ball_vx < 0 ? -kFastest.across : kFastest.across;
    ball_vy = ball_vy < 0 ? -kFastest.down : kFastest.down;
  }
  ball_vy = -ball_vy;
  score += kPoints[index(row)];
  return kPoints[index(row)];
}

void Breakout::bounce_off_bat() {
  if (ball_vy < 0 || !overlap({pixel(ball_x), pixel(ball_y), kBallWidth, kBallHeight}, bat()))
    return;
  can_break = 1;
  ++returns;
  const int place = pixel(ball_x) - bat_x + (narrow == 1 ? 2 : 0);  // −1…15
  const bool inner = place >= 2 && place <= 10;
  const auto* pace = std::begin(kPaces);
  while (returns < pace->returns) ++pace;
  const Speed speed = fastest == 1 ? kFastest : inner ? pace->inner : pace->outer;
  if (place == 6) ball_x += (ball_vx < 0 ? 4 : -4) * kPixel;
  ball_vx = place <= 6 ? -speed.across : speed.across;
  ball_vy = -speed.down;
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
  if (in_play == 0) return {};
  return intersection({pixel(ball_x), pixel(ball_y), kBallWidth, kBallHeight},
                      {0, 0, kScreenWidth, kFieldBottom});
}

void Breakout::draw_still(Window& window) const {
  window.fill(kWholeScreen, kBlack);
  window.fill({0, 17, kScreenWidth, kFieldTop - 17}, kGrey);
  window.fill({0, kFieldTop, kFieldLeft, kFieldBottom - kFieldTop}, kGrey);
  window.fill({kFieldRight, kFieldTop, kScreenWidth - kFieldRight, kFieldBottom - kFieldTop},
              kGrey);
  window.fill({0, kBatY, kFieldLeft, kFieldBottom - kBatY}, kTeal);
  window.fill({kFieldRight, kBatY, kFieldLeft, kFieldBottom - kBatY}, kBlack);
  window.fill({kFieldRight, kBatY, kFieldLeft, kFieldBottom - 1 - kBatY}, kRed);
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

bool at_bat(const Breakout& game) {
  return game.ball_vy > 0 && pixel(game.ball_y) + Breakout::kBallHeight > Breakout::kBatY;
}

// Plays on until the ball is down at the bat's row. Returns the number of frames that took, or
// kHorizon if it never happens.
int run_to_bat(Breakout& game) {
  for (int frames = 0; frames < kHorizon && game.in_play != 0; ++frames) {
    if (at_bat(game)) return frames;
    game.step(Breakout::kNoop);
  }
  return kHorizon;
}

// Plays move_of(0), move_of(1), … until the ball has been at the bat, which takes `arrival` frames
// at least. Returns how bad that is: a lost ball is worst, else the points before the next return
// count. Ties are broken by the state, as if at random, or the ball could circle for ever.
template <class Moves>
float misfortune(const Breakout& now, int arrival, const Moves& move_of) {
  Breakout trial = now;
  int frames = 0;
  while (trial.in_play != 0 && (frames < arrival || trial.ball_vy > 0) && frames < kHorizon)
    trial.step(move_of(frames++));
  if (trial.in_play == 0) return 1000;
  const auto mixed = static_cast<std::uint32_t>(trial.frame * 1000 + trial.ball_x) * 2654435761U;
  run_to_bat(trial);
  return static_cast<float>(now.score - trial.score) + static_cast<float>(mixed >> 16) / 65536.0F;
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
  if (time < 3 * frames)
    return best_first_move({kNoop, kRight, kLeft}, frames,
                           [&](auto&& move_of) { return misfortune(*this, time, move_of); });
  return best_first_move({kNoop, kRight, kLeft}, frames, [&](auto&& move_of) {
    Breakout trial = *this;
    for (int i = 0; i < time && i < 12 * frames; ++i) trial.move_bat(move_of(i));
    return static_cast<float>(
        std::abs(pixel(arrival.ball_x) + kBallWidth / 2 - trial.bat_x - bat_width() / 2));
  });
}

}  // namespace tengen::arcade
