#include "envs/arcade/space_invaders.hpp"

#include <utility>

namespace tengen::arcade {
namespace {

using Shape = std::array<std::uint8_t, SpaceInvaders::kAlienHeight>;
// There are two pictures of each row's aliens; rows are from the top.
constexpr Shape kShapes[SpaceInvaders::kRows][2] = {
    // an eye on stalks
    {{0b00111100, 0b01111110, 0b11000011, 0b11011011, 0b11000011, 0b01111110, 0b00100100,
      0b01000010, 0b10000001, 0b00000000},
     {0b00111100, 0b01111110, 0b11000011, 0b11011011, 0b11000011, 0b01111110, 0b00100100,
      0b00100100, 0b01000010, 0b01000010}},
    // a beetle with feelers
    {{0b10000001, 0b01000010, 0b00111100, 0b01011010, 0b11111111, 0b11111111, 0b01111110,
      0b10100101, 0b10000001, 0b00000000},
     {0b00000000, 0b11000011, 0b00111100, 0b01011010, 0b11111111, 0b11111111, 0b01111110,
      0b01011010, 0b01000010, 0b01100110}},
    // a jellyfish
    {{0b00011000, 0b00111100, 0b01111110, 0b11011011, 0b11111111, 0b11111111, 0b01010101,
      0b10101010, 0b01010101, 0b10000000},
     {0b00011000, 0b00111100, 0b01111110, 0b11011011, 0b11111111, 0b11111111, 0b10101010,
      0b01010101, 0b10101010, 0b00000001}},
    // a crab that opens and closes its claws
    {{0b11000011, 0b10000001, 0b11000011, 0b01100110, 0b00111100, 0b01011010, 0b01111110,
      0b00111100, 0b01000010, 0b10000001},
     {0b00000000, 0b01100110, 0b11000011, 0b10100101, 0b10111101, 0b01011010, 0b01111110,
      0b00111100, 0b01000010, 0b00100100}},
    // a mask that grinds its teeth
    {{0b01111110, 0b11111111, 0b10011001, 0b10011001, 0b11111111, 0b11100111, 0b11111111,
      0b01011010, 0b00000000, 0b01011010},
     {0b01111110, 0b11111111, 0b10011001, 0b10011001, 0b11111111, 0b11100111, 0b11111111,
      0b01011010, 0b01011010, 0b00000000}},
    // a bird that beats its wings
    {{0b10000001, 0b11000011, 0b11100111, 0b10111101, 0b00111100, 0b01011010, 0b00111100,
      0b00011000, 0b00100100, 0b00000000},
     {0b00000000, 0b00011000, 0b00111100, 0b01111110, 0b11011011, 0b10111101, 0b10111101,
      0b10011001, 0b00011000, 0b00100100}}};

constexpr std::array<std::uint8_t, SpaceInvaders::kCannonHeight> kCannonShape = {
    0b00010000, 0b00010000, 0b00010000, 0b00111000, 0b00111000,
    0b01111100, 0b11111110, 0b11111110, 0b11101110, 0b11000110};
constexpr std::array<std::uint8_t, SpaceInvaders::kCannonHeight> kBurningShapes[2] = {
    {0b00000000, 0b00100000, 0b00001000, 0b10100100, 0b00010010, 0b01001000, 0b00110100, 0b11011010,
     0b01111110, 0b11101110},
    {0b00001000, 0b01000000, 0b00010010, 0b00001000, 0b01010000, 0b00100100, 0b10011010, 0b01101100,
     0b11110110, 0b11011110}};
constexpr std::array<std::uint8_t, SpaceInvaders::kUfoHeight> kUfoShape = {
    0b00010000, 0b00111000, 0b01111100, 0b11111110, 0b10101010, 0b11111110, 0b00111000, 0b00010000};
constexpr Shape kBurstShape = {0b00010000, 0b10010010, 0b01010100, 0b00000000, 0b11000110,
                               0b11000110, 0b00000000, 0b01010100, 0b10010010, 0b00010000};
constexpr int kBurstFrames = 12;
constexpr int kLowestStart = 2 * SpaceInvaders::kDescent;  // below the first wave's

// Frames from one step of the aliens to the next.
constexpr int march_period(int destroyed) {
  constexpr std::pair<int, int> kPeriods[] = {{35, 1}, {34, 2}, {33, 4}, {29, 8}, {15, 16}};
  for (const auto& [from, period] : kPeriods)
    if (destroyed >= from) return period;
  return 32;
}

}  // namespace

float SpaceInvaders::step(int action) {
  if (burst > 0) --burst;
  if (dying > 0) {
    if (--dying == 0) cannon_x = kCannonLeft;
    return 0;
  }
  ++frame;
  move_cannon(action);
  move_ufo();
  march_on();
  if (over()) return 0;
  drop_bomb();
  const int points = move_shot();
  score += points;
  const bool fires = action == kFire || action == kRightFire || action == kLeftFire;
  if (fires && !shot.flies()) shot = {cannon_x + kCannonWidth / 2, kCannonY - kShotHeight};
  move_bombs();
  if (aliens_left() == 0 && --clearing == 0) next_wave();
  return static_cast<float>(points);
}

int SpaceInvaders::aliens_left() const {
  int left = 0;
  for (const std::uint32_t row : aliens) left += std::popcount(row);
  return left;
}

Rect SpaceInvaders::aliens_in(int row) const {
  const std::uint32_t columns = aliens[index(row)];
  if (columns == 0) return {};
  return united(alien(row, std::countr_zero(columns)), alien(row, std::bit_width(columns) - 1));
}

Rect SpaceInvaders::formation() const {
  Rect all;
  for (int row = 0; row < kRows; ++row) all = united(all, aliens_in(row));
  return all;
}

// A number that looks random: it differs with every frame and every place of the cannon, and is the
// same whenever the same game is played again.
std::uint32_t SpaceInvaders::chance() const {
  std::uint32_t bits = static_cast<std::uint32_t>(frame) * 2654435761U;
  bits = (bits ^ bits >> 15 ^ static_cast<std::uint32_t>(cannon_x)) * 2246822519U;
  return bits >> 13;
}

// The cannon moves one pixel every other frame.
void SpaceInvaders::move_cannon(int action) {
  if (frame % 2 != 0) return;
  const bool right = action == kRight || action == kRightFire;
  const bool left = action == kLeft || action == kLeftFire;
  cannon_x = std::clamp(cannon_x + (right ? 1 : left ? -1 : 0), kCannonLeft, kCannonRight);
}

void SpaceInvaders::move_ufo() {
  if (frame % kUfoPeriod == 0 && ufo_right == 0) {
    ufo_right = chance() % 2 == 0 ? 1 : -1;
    ufo_x = ufo_right > 0 ? 1 - kUfoWidth : kScreenWidth - 1;
  } else if (frame % 4 == 0 && ufo_right != 0) {
    ufo_x += ufo_right;
    if (ufo_x <= -kUfoWidth || ufo_x >= kScreenWidth) ufo_right = 0;
  }
}

// All aliens step aside or, at the edge, down and turn.
void SpaceInvaders::march_on() {
  if (++march < march_period(kAliens - aliens_left())) return;
  march = 0;
  ++steps;
  Rect all = formation();
  if (aliens_right > 0 ? all.right() >= kAliensRight : all.x <= kAliensLeft) {
    aliens_right = -aliens_right;
    aliens_y += kDescent;
    all.y += kDescent;
  } else {
    aliens_x += aliens_right;
  }
  if (all.empty()) return;
  if (all.bottom() > kShieldY) shields.fill(0);
  if (all.bottom() > kCannonY) cannons = 0;
}

// The lowest alien of some column drops it.
void SpaceInvaders::drop_bomb() {
  if (frame % kBombPeriod != 0) return;
  std::uint32_t columns = 0;
  for (const std::uint32_t row : aliens) columns |= row;
  const auto free = std::ranges::find_if(bombs, [](const Shot& bomb) { return !bomb.flies(); });
  if (columns == 0 || free == bombs.end()) return;
  for (std::uint32_t skip = chance() % static_cast<std::uint32_t>(std::popcount(columns)); skip > 0;
       --skip)
    columns &= columns - 1;
  const int column = std::countr_zero(columns);
  int row = kRows - 1;
  while ((aliens[index(row)] >> column & 1) == 0) --row;
  const Rect from = alien(row, column);
  *free = {from.x + kAlienWidth / 2, from.bottom()};
}

int SpaceInvaders::move_shot() {
  if (!shot.flies()) return 0;
  shot.y -= kShotSpeed;
  if (shot.y < kSkyY) {
    shot = {};
    return 0;
  }
  if (erode(shot.rect(), -1)) {
    shot = {};
    return 0;
  }
  if (overlap(shot.rect(), ufo())) {
    burst_at(ufo());
    ufo_right = 0;
    return kUfoPoints;
  }
  return shoot_alien();
}

int SpaceInvaders::shoot_alien() {
  const int across = shot.x - aliens_x;
  if (across < 0 || across >= kColumns * kAcross || across % kAcross >= kAlienWidth) return 0;
  const int column = across / kAcross;
  for (int row = kRows - 1; row >= 0; --row) {
    const Rect target = alien(row, column);
    if ((aliens[index(row)] >> column & 1) == 0 || !overlap(shot.rect(), target)) continue;
    aliens[index(row)] ^= 1U << column;
    burst_at(target);
    if (aliens_left() == 0) clearing = kWavePause;
    return kPoints[index(row)];
  }
  return 0;
}

void SpaceInvaders::burst_at(const Rect& target) {
  burst = kBurstFrames;
  burst_x = target.x;
  burst_y = target.y;
  shot = {};
}

// Removes the first chunk that `hit` meets from its shield, and returns whether there was one.
// `direction` is −1 from below, 1 from above.
bool SpaceInvaders::erode(const Rect& hit, int direction) {
  for (int i = 0; i < kShields; ++i) {
    const Rect touched = intersection(hit, shield(i));
    if (touched.empty()) continue;
    const int column = (touched.x - shield(i).x) / kChunkWidth;
    const int top = (touched.y - kShieldY) / kChunkHeight;
    const int bottom = (touched.bottom() - 1 - kShieldY) / kChunkHeight;
    for (int row = direction > 0 ? top : bottom; row >= top && row <= bottom; row += direction) {
      const std::uint32_t chunk = 1U << (kChunkColumns * row + column);
      if ((shields[index(i)] & chunk) == 0) continue;
      shields[index(i)] ^= chunk;
      return true;
    }
  }
  return false;
}

void SpaceInvaders::move_bombs() {
  for (Shot& bomb : bombs) {
    if (!bomb.flies()) continue;
    bomb.y += kBombSpeed;
    if (overlap(bomb.rect(), cannon())) return lose_cannon();
    if (bomb.rect().bottom() > kGroundY || erode(bomb.rect(), 1)) bomb = {};
  }
}

void SpaceInvaders::lose_cannon() {
  --cannons;
  dying = kDeathPause;
  shot = {};
  bombs = {};
}

void SpaceInvaders::next_wave() {
  ++wave;
  aliens.fill(kFullRow);
  shields.fill(kNewShield);
  aliens_x = kAliensLeft;
  aliens_y = kAliensTop + std::min((wave - 1) * kDescent, kLowestStart);
  aliens_right = 1;
  march = 0;
}

std::array<Rect, 4 + SpaceInvaders::kBombs> SpaceInvaders::moving() const {
  const Rect burning = dying > kDeathPause - kBurning || dying == 0 ? cannon() : Rect{};
  const Rect burst_area = burst == 0 ? Rect{} : Rect{burst_x, burst_y, kAlienWidth, kAlienHeight};
  return {burning,         shot.rect(),     ufo(),          burst_area,
          bombs[0].rect(), bombs[1].rect(), bombs[2].rect()};
}

void SpaceInvaders::draw_still(Window& window) const {
  window.fill(kWholeScreen, kBlack);
  window.fill({0, kGroundY, kScreenWidth, 2}, kGround);
  if (overlap(kScore, window.area()))
    for (int i = 0, rest = score; i < 4; ++i, rest /= 10)
      window.digit({kScore.x + 8 * (3 - i), kScoreY, 6, 8}, rest % 10, kGreen);
  if (overlap(kSpares, window.area()))
    for (int i = 0; i + 1 < cannons; ++i)
      window.sprite(kSpares.x + 10 * i, kSparesY, kCannonShape, kGreen);
  for (int i = 0; i < kShields; ++i) {
    if (!overlap(shield(i), window.area())) continue;
    for (std::uint32_t left = shields[index(i)]; left != 0; left &= left - 1) {
      const int chunk = std::countr_zero(left);
      window.fill({shield(i).x + chunk % kChunkColumns * kChunkWidth,
                   kShieldY + chunk / kChunkColumns * kChunkHeight, kChunkWidth, kChunkHeight},
                  kBrown);
    }
  }
  for (int row = 0; row < kRows; ++row) {
    if (!overlap({0, alien(row, 0).y, kScreenWidth, kAlienHeight}, window.area())) continue;
    const Rect seen = intersection(aliens_in(row), window.area());
    if (seen.empty()) continue;
    const int last = (seen.right() - 1 - aliens_x) / kAcross;
    for (int column = (seen.x - aliens_x) / kAcross; column <= last; ++column)
      if ((aliens[index(row)] >> column & 1) != 0) {
        const Rect at = alien(row, column);
        window.sprite(at.x, at.y, kShapes[row][steps % 2], kOlive);
      }
  }
}

void SpaceInvaders::draw_moving(Window& window) const {
  window.fill(shot.rect(), kGrey);
  for (const Shot& bomb : bombs) window.fill(bomb.rect(), kGrey);
  if (ufo_right != 0) window.sprite(ufo_x, kSkyY, kUfoShape, kPurple);
  if (burst > 0) window.sprite(burst_x, burst_y, kBurstShape, kGrey);
  if (dying == 0)
    window.sprite(cannon_x, kCannonY, kCannonShape, kGreen);
  else if (dying > kDeathPause - kBurning)
    window.sprite(cannon_x, kCannonY, kBurningShapes[dying / 8 % 2], kGreen);
}

// A plan is some turns to one side, or none, with shots all the way or only at its end, and then to
// stay and shoot. Points count the more the sooner they come, and a cannon counts three hundred.
int SpaceInvaders::oracle(int frames) const {
  constexpr int kHorizon = 120;
  constexpr double kDiscount = 0.99, kLoss = 300;
  const auto value_of = [&](int way, int until) {
    SpaceInvaders trial = *this;
    double value = 0, weight = 1;
    for (int i = 0; i < kHorizon && trial.cannons == cannons; ++i, weight *= kDiscount)
      value += weight * static_cast<double>(trial.step(i < until ? way : kFire));
    return value - kLoss * weight * (cannons - trial.cannons);
  };
  int best = kFire;
  double highest = value_of(kFire, 0);
  for (const int turns : {1, 2, 4, 7, 11, 16})
    for (const int way : {kNoop, kRight, kRightFire, kLeft, kLeftFire}) {
      const double value = value_of(way, turns * frames);
      if (value <= highest) continue;
      highest = value;
      best = way;
    }
  return best;
}

}  // namespace tengen::arcade
