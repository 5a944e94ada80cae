#include "agents/distributions.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using namespace tengen;

namespace {

// The derivatives of weight · log_prob + 0.7 · entropy by central differences.
void check_gradient(const ActionDistribution& distribution, std::vector<float> row,
                    std::span<const std::uint8_t> legal, const ActionDistribution::Action& action) {
  std::vector<float> gradient(row.size(), 0.0F);
  distribution.differentiate(row, legal, action, gradient, [](const Likelihood&) {
    return LikelihoodGradient{-1.3F, 0.7F};
  });
  const auto loss = [&] {
    const Likelihood l = distribution.at(row, legal, action);
    return -1.3 * l.log_prob + 0.7 * l.entropy;
  };
  for (std::size_t i = 0; i < row.size(); ++i) {
    constexpr float kStep = 1e-2F;
    const float kept = row[i];
    row[i] = kept + kStep;
    const double above = loss();
    row[i] = kept - kStep;
    const double below = loss();
    row[i] = kept;
    CHECK(gradient[i] == Approx((above - below) / (2 * kStep)).margin(2e-3));
  }
}

}  // namespace

TEST_CASE("categorical: probabilities, masks and derivatives") {
  const ActionDistribution distribution(Discrete{4, {}});
  const std::vector<float> row{0.5F, -1, 2, 0};
  std::vector<float> p(4);
  const std::vector<std::uint8_t> legal{1, 1, 0, 1};
  const float entropy = distribution.describe(row, legal, p);
  const double sum = std::exp(0.5) + std::exp(-1) + 1;
  CHECK(p[0] == Approx(std::exp(0.5) / sum));
  CHECK(p[2] == 0);
  double expected = 0;
  for (const float x : p) expected -= x > 0 ? x * std::log(x) : 0;
  CHECK(entropy == Approx(expected));
  check_gradient(distribution, row, {}, {.discrete = 1});
  check_gradient(distribution, row, legal, {.discrete = 3});

  ActionDistribution::Action action;
  distribution.mode(row, legal, action);
  CHECK(action.discrete == 0);
  Rng rng(3);
  std::vector<int> counts(4);
  for (int i = 0; i < 20000; ++i) {
    const Likelihood l = distribution.sample(row, legal, rng, action);
    CHECK(l.log_prob == Approx(std::log(p[static_cast<std::size_t>(action.discrete)])));
    ++counts[static_cast<std::size_t>(action.discrete)];
  }
  CHECK(counts[2] == 0);
  CHECK(counts[0] / 20000.0 == Approx(p[0]).margin(0.015));
}

TEST_CASE("categorical: huge logits do not overflow") {
  const ActionDistribution distribution(Discrete{3, {}});
  const std::vector<float> row{1e4F, -1e4F, 9.9e3F};
  const Likelihood l = distribution.at(row, {}, {.discrete = 0});
  CHECK(l.log_prob == Approx(0).margin(1e-6));
  CHECK(std::isfinite(l.entropy));
}

TEST_CASE("gaussian: density, entropy and derivatives") {
  const ActionDistribution distribution(Box{{-1, -1}, {1, 1}});
  CHECK(distribution.parameters() == 4);
  const std::vector<float> row{0.3F, -0.5F, -0.2F, 0.4F};
  std::vector<float> sample{0.9F, 0.1F};
  const Likelihood l = distribution.at(row, {}, {.box = sample});
  double expected = 0, entropy = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const double deviation = std::exp(row[2 + i]), z = (sample[i] - row[i]) / deviation;
    expected += -0.5 * z * z - std::log(deviation) - 0.5 * std::log(2 * M_PI);
    entropy += 0.5 * std::log(2 * M_PI * M_E * deviation * deviation);
  }
  CHECK(l.log_prob == Approx(expected));
  CHECK(l.entropy == Approx(entropy));
  check_gradient(distribution, row, {}, {.box = sample});

  Rng rng(4);
  double mean = 0, squares = 0;
  for (int i = 0; i < 20000; ++i) {
    ActionDistribution::Action action{.box = sample};
    distribution.sample(row, {}, rng, action);
    mean += sample[1] / 20000.0;
    squares += (sample[1] + 0.5) * (sample[1] + 0.5) / 20000.0;
  }
  CHECK(mean == Approx(-0.5).margin(0.04));
  CHECK(std::sqrt(squares) == Approx(std::exp(0.4)).margin(0.04));
}
