#include "envs/arcade/pong.hpp"

#include "envs/arcade/arcade.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <numeric>

using namespace tengen;
using namespace tengen::arcade;

namespace {

// The sum of rewards of one whole game, `skip` frames an action.
template <class Policy>
float play(Policy&& policy, int skip = 4) {
  Pong pong;
  float score = 0;
  while (!pong.over()) {
    const int action = policy(pong);
    for (int i = 0; i < skip && !pong.over(); ++i) score += pong.step(action);
  }
  return score;
}

}  // namespace

TEST_CASE("Pong: the scripted player wins, a random one loses") {
  CHECK(play([](const Pong& pong) { return pong.oracle(4); }) >= 19);
  Rng rng(1);
  float sum = 0;
  for (int i = 0; i < 20; ++i)
    sum += play([&](const Pong&) { return static_cast<int>(rng.below(6)); });
  CHECK(sum / 20 < -18.5F);
  CHECK(sum / 20 > -20.99F);
}

TEST_CASE("Pong: RIGHT is up, LEFT is down, and FIRE moves nothing") {
  for (const auto& [action, direction] : {std::pair{Pong::kNoop, 0},
                                          {Pong::kFire, 0},
                                          {Pong::kRight, -1},
                                          {Pong::kRightFire, -1},
                                          {Pong::kLeft, 1},
                                          {Pong::kLeftFire, 1}}) {
    Pong pong;
    const float start = pong.player_y;
    for (int i = 0; i < 4; ++i) pong.step(action);
    CHECK((pong.player_y > start) - (pong.player_y < start) == direction);
  }
}
