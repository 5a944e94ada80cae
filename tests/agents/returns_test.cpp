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

TEST_CASE("sequence targets are the discounted sum of rewards up to what is bootstrapped from") {
  Rng rng(5);
  for (int round = 0; round < 200; ++round) {
    constexpr std::size_t kRows = 12;
    std::vector<float> reward(kRows), value(kRows), targets(kRows);
    std::vector<std::uint8_t> terminated(kRows), acted(kRows, 1);
    for (std::size_t t = 0; t < kRows; ++t) {
      value[t] = static_cast<float>(rng.normal());
      // After a step that was cut short comes a row without an action.
      acted[t] = t + 1 == kRows || (t > 0 && acted[t - 1] != 0 && rng.chance(0.15)) ? 0 : 1;
      if (acted[t] == 0) continue;
      reward[t] = static_cast<float>(rng.normal());
      terminated[t] = rng.chance(0.15) ? 1 : 0;
    }
    for (const int n : {1, 2, 5, 50})
      for (const bool rescaling : {false, true}) {
        const float gamma = 0.9F;
        sequence_targets(reward, terminated, acted, value, {gamma, n, rescaling}, targets);
        for (std::size_t t = 0; t < kRows; ++t) {
          double expected = 0, discount = 1;
          for (std::size_t row = t; acted[t] != 0; ++row) {
            const bool bootstrap = acted[row] == 0 || row == t + static_cast<std::size_t>(n);
            if (bootstrap) expected += discount * (rescaling ? unrescale(value[row]) : value[row]);
            if (bootstrap) break;
            expected += discount * reward[row];
            if (terminated[row] != 0) break;
            discount *= gamma;
          }
          if (rescaling) expected = rescale(static_cast<float>(expected));
          CHECK(targets[t] == Approx(expected).margin(1e-5));
        }
      }
  }
}

TEST_CASE("unrescale undoes rescale") {
  CHECK(rescale(0) == 0);
  CHECK(rescale(3) == Approx(1.003));
  CHECK(rescale(-99) == Approx(-9 - 0.099));
  for (const float x : {0.0F, 1e-3F, -0.7F, 3.0F, -250.0F, 1e4F, 1e6F})
    CHECK(unrescale(rescale(x)) == Approx(x).epsilon(1e-4).margin(1e-5));
}
