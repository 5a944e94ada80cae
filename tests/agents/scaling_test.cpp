#include "agents/scaling.hpp"

#include "core/rng.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using namespace tengen;

TEST_CASE("running moments equal those of all values at once") {
  Rng rng(5);
  std::vector<float> all;
  RunningMoments moments(2);
  for (const int rows : {3, 1, 40, 7}) {
    std::vector<float> batch;
    for (int i = 0; i < rows; ++i) {
      batch.push_back(static_cast<float>(100 + 3 * rng.normal()));
      batch.push_back(static_cast<float>(-2 + 0.1 * rng.normal()));
    }
    moments.update(batch);
    all.insert(all.end(), batch.begin(), batch.end());
  }
  for (std::size_t c = 0; c < 2; ++c) {
    double mean = 0, squares = 0;
    const double n = static_cast<double>(all.size()) / 2;
    for (std::size_t i = c; i < all.size(); i += 2) mean += all[i] / n;
    for (std::size_t i = c; i < all.size(); i += 2)
      squares += (all[i] - mean) * (all[i] - mean) / n;
    CHECK(moments.mean()[c] == Approx(mean));
    CHECK(moments.variance()[c] == Approx(squares));
  }
}

TEST_CASE("inputs are scaled by what was seen, and clipped") {
  InputNormaliser normaliser(true, 1);
  std::vector<float> x{1, 3};
  normaliser.apply(x);  // nothing is known yet
  CHECK(x[1] == Approx(3));
  normaliser.update(std::vector<float>{1, 3});  // mean 2, deviation 1
  x = {2.5F, 500};
  normaliser.apply(x);
  CHECK(x[0] == Approx(0.5));
  CHECK(x[1] == 10);
}

TEST_CASE("rewards are divided by the deviation of the return, which starts anew with an episode") {
  RewardNormaliser normaliser(true, 2, 0.5F);
  std::vector<float> reward{1, 3};
  normaliser.apply(reward, std::vector<std::uint8_t>{0, 1});  // returns 1 and 3: deviation 1
  CHECK(reward[0] == Approx(1));
  CHECK(reward[1] == Approx(3));
  reward = {1, 3};
  normaliser.apply(reward, std::vector<std::uint8_t>{0, 0});  // returns 1.5 and 3, after 1 and 3
  const double mean = (1 + 3 + 1.5 + 3) / 4;
  double squares = 0;
  for (const double r : {1.0, 3.0, 1.5, 3.0}) squares += (r - mean) * (r - mean) / 4;
  CHECK(reward[0] == Approx(1 / std::sqrt(squares)));
}
