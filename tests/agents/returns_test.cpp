#include "agents/returns.hpp"

#include "core/rng.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace tengen;

namespace {

constexpr int kSteps = 17, kLanes = 3;

// Random steps with episode ends here and there.
struct Steps {
  std::vector<float> reward, value, last_value, log_ratio;
  std::vector<std::uint8_t> ended;

  explicit Steps(std::uint64_t seed) {
    Rng rng(seed);
    const auto draw = [&](std::size_t n) {
      std::vector<float> values(n);
      for (float& x : values) x = static_cast<float>(rng.normal());
      return values;
    };
    reward = draw(kSteps * kLanes);
    value = draw(kSteps * kLanes);
    last_value = draw(kLanes);
    log_ratio = draw(kSteps * kLanes);
    for (int i = 0; i < kSteps * kLanes; ++i) ended.push_back(rng.chance(0.15) ? 1 : 0);
  }
  [[nodiscard]] double r(int t, int lane) const { return reward[at(t, lane)]; }
  [[nodiscard]] double v(int t, int lane) const {
    return t == kSteps ? last_value[static_cast<std::size_t>(lane)] : value[at(t, lane)];
  }
  // Whether an episode ends with step t.
  [[nodiscard]] bool end(int t, int lane) const { return ended[at(t, lane)] != 0; }
  [[nodiscard]] double ratio(int t, int lane) const { return std::exp(log_ratio[at(t, lane)]); }
  static std::size_t at(int t, int lane) { return static_cast<std::size_t>(t * kLanes + lane); }
};

template <class F>
void for_each_step(F&& f) {
  for (int t = 0; t < kSteps; ++t)
    for (int lane = 0; lane < kLanes; ++lane) f(t, lane);
}

}  // namespace

TEST_CASE("gae is the sum over later temporal differences") {
  for (const float lambda : {0.0F, 0.9F, 1.0F}) {
    const Steps s(7);
    constexpr float kGamma = 0.97F;
    std::vector<float> advantage(s.reward.size()), returns(s.reward.size());
    gae(s.reward, s.ended, s.value, s.last_value, kGamma, lambda, advantage, returns);
    for_each_step([&](int t, int lane) {
      double expected = 0, weight = 1;
      for (int k = t; k < kSteps; ++k) {
        const double next = s.end(k, lane) ? 0 : s.v(k + 1, lane);
        expected += weight * (s.r(k, lane) + kGamma * next - s.v(k, lane));
        if (s.end(k, lane)) break;
        weight *= kGamma * lambda;
      }
      CHECK(advantage[Steps::at(t, lane)] == Approx(expected).margin(1e-5));
      CHECK(returns[Steps::at(t, lane)] == Approx(expected + s.v(t, lane)).margin(1e-5));
    });
  }
}

TEST_CASE("n-step returns are the discounted sum of rewards and the last value") {
  const Steps s(8);
  std::vector<float> returns(s.reward.size());
  n_step_returns(s.reward, s.ended, s.last_value, 0.9F, returns);
  for_each_step([&](int t, int lane) {
    double expected = 0, weight = 1;
    int k = t;
    for (; k < kSteps; ++k) {
      expected += weight * s.r(k, lane);
      weight *= 0.9;
      if (s.end(k, lane)) break;
    }
    if (k == kSteps) expected += weight * s.v(kSteps, lane);
    CHECK(returns[Steps::at(t, lane)] == Approx(expected).margin(1e-5));
  });
}

TEST_CASE("vtrace is its definition as a sum") {
  const Steps s(9);
  const VtraceOptions o{
      .gamma = 0.95F, .lambda = 0.9F, .rho_bar = 1.2F, .c_bar = 0.8F, .pg_rho_bar = 1.5F};
  std::vector<float> targets(s.reward.size()), advantage(s.reward.size());
  vtrace(s.log_ratio, s.reward, s.ended, s.value, s.last_value, o, targets, advantage);
  // v_t = V_t + Σ_k γ^(k−t) (Π_{i<k} λ c_i) ρ_k (r_k + γ V_{k+1} − V_k)
  const auto target = [&](int t, int lane) {
    if (t == kSteps) return s.v(kSteps, lane);
    double sum = s.v(t, lane), weight = 1;
    for (int k = t; k < kSteps; ++k) {
      const double next = s.end(k, lane) ? 0 : s.v(k + 1, lane);
      const double rho = std::min<double>(o.rho_bar, s.ratio(k, lane));
      sum += weight * rho * (s.r(k, lane) + o.gamma * next - s.v(k, lane));
      if (s.end(k, lane)) break;
      weight *= o.gamma * o.lambda * std::min<double>(o.c_bar, s.ratio(k, lane));
    }
    return sum;
  };
  for_each_step([&](int t, int lane) {
    CHECK(targets[Steps::at(t, lane)] == Approx(target(t, lane)).margin(1e-4));
    const double next = s.end(t, lane) ? 0 : target(t + 1, lane);
    const double rho = std::min<double>(o.pg_rho_bar, s.ratio(t, lane));
    CHECK(advantage[Steps::at(t, lane)] ==
          Approx(rho * (s.r(t, lane) + o.gamma * next - s.v(t, lane))).margin(1e-4));
  });
}

TEST_CASE("vtrace of the policy that acted is the n-step return") {
  Steps s(10);
  std::ranges::fill(s.log_ratio, 0.0F);
  std::vector<float> targets(s.reward.size()), advantage(s.reward.size()), returns(s.reward.size());
  vtrace(s.log_ratio, s.reward, s.ended, s.value, s.last_value, {.gamma = 0.9F}, targets,
         advantage);
  n_step_returns(s.reward, s.ended, s.last_value, 0.9F, returns);
  for (std::size_t i = 0; i < returns.size(); ++i)
    CHECK(targets[i] == Approx(returns[i]).margin(1e-4));
}

TEST_CASE("explained variance is 1 for a perfect critic and 0 for a constant one") {
  const std::vector<float> returns{1, 2, 3, 4};
  CHECK(explained_variance(returns, returns) == Approx(1));
  CHECK(explained_variance(std::vector<float>(4, 2.5F), returns) == Approx(0).margin(1e-6));
}
