#include "nets/heads.hpp"

#include "nets/losses.hpp"
#include "nets/network.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace tengen;

namespace {

Network vector_network(const HeadOptions& head, const std::vector<int>& hidden = {8}) {
  NetOptions options;
  for (const int outputs : hidden) options.layers.emplace_back(Dense{.outputs = outputs});
  options.activation = Activation::kTanh;
  options.input.channels = 3;
  return Network(options, head);
}

}  // namespace

TEST_CASE("dueling: the mean over actions is the value stream") {
  const Network network = vector_network({.actions = 4, .dueling = true});
  Parameters parameters(network.layout(), {});
  parameters.initialise(Rng(5));
  const Tensor x = torch::randn({6, 3, 1, 1});
  const Tensor q = network.values(parameters.views(), x);
  REQUIRE(q.sizes() == torch::IntArrayRef({6, 4}));

  // The definition, from the parameters by name.
  const auto get = [&](const std::string& name) {
    const auto& specs = network.layout().specs();
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (specs[i].name == name) return parameters.views()[i];
    }
    throw std::runtime_error(name);
  };
  const auto stream = [&](const std::string& name) {
    const Tensor h = torch::tanh(
        torch::linear(x.view({6, 3}), get(name + ".hidden.weight"), get(name + ".hidden.bias")));
    return torch::linear(h, get(name + ".out.weight"), get(name + ".out.bias"));
  };
  const Tensor advantage = stream("advantage");
  CHECK(torch::allclose(q, stream("value") + advantage - advantage.mean(1, true), 1e-5, 1e-6));
}

TEST_CASE("expected values of C51 and QR heads") {
  HeadOptions c51{.actions = 1, .distribution = Distribution::kCategorical, .atoms = 3};
  c51.v_min = -1;
  c51.v_max = 1;
  const Tensor logits = torch::tensor({{{std::log(0.2F), std::log(0.3F), std::log(0.5F)}}});
  CHECK(expected_values(c51, logits).item<float>() == Approx(0.3));
  const HeadOptions qr{.actions = 1, .distribution = Distribution::kQuantile, .atoms = 3};
  CHECK(expected_values(qr, torch::tensor({{{1.0F, 2.0F, 6.0F}}})).item<float>() == Approx(3));
}

TEST_CASE("the categorical projection: hand-made cases") {
  HeadOptions head{.distribution = Distribution::kCategorical, .atoms = 5};
  head.v_min = -2;
  head.v_max = 2;
  const auto project = [&](std::vector<float> p, float r, float d) {
    const Tensor out = project_categorical(head, torch::tensor(p).view({1, 5}), std::span(&r, 1),
                                           std::span(&d, 1));
    return std::vector<float>(out.data_ptr<float>(), out.data_ptr<float>() + 5);
  };
  using V = std::vector<float>;
  CHECK(project({0.1F, 0.2F, 0.4F, 0.2F, 0.1F}, 0, 1) == V{0.1F, 0.2F, 0.4F, 0.2F, 0.1F});
  CHECK(project({0, 0, 1, 0, 0}, 0.25F, 1) == V{0, 0, 0.75F, 0.25F, 0});
  CHECK(project({1, 0, 0, 0, 0}, 0.5F, 0) == V{0, 0, 0.5F, 0.5F, 0});  // terminal: only r counts
  CHECK(project({0, 0, 0, 0, 1}, 9, 1) == V{0, 0, 0, 0, 1});           // clipped above
  CHECK(project({0, 0, 0, 0, 1}, -9, 1) == V{1, 0, 0, 0, 0});          // and below
}

TEST_CASE("the categorical projection equals its O(n²) definition") {
  HeadOptions head{.distribution = Distribution::kCategorical, .atoms = 51};
  torch::manual_seed(1);
  const Tensor p = torch::softmax(torch::randn({16, 51}), 1);
  Rng rng(1);
  std::vector<float> reward, discount;
  for (int i = 0; i < 16; ++i) {
    reward.push_back(static_cast<float>(3 * rng.normal()));
    discount.push_back(i % 4 == 0 ? 0.0F : 0.97F);
  }
  const Tensor out = project_categorical(head, p, reward, discount);
  const double delta = 20.0 / 50;
  double worst = 0;
  for (int i = 0; i < 16; ++i) {
    for (int k = 0; k < 51; ++k) {  // equation 7: Σ_j [1 − |[T z_j] − z_k|/Δ]₀¹ p_j
      double sum = 0;
      for (int j = 0; j < 51; ++j) {
        const auto at = static_cast<std::size_t>(i);
        const double moved = std::clamp(
            static_cast<double>(reward[at]) + discount[at] * (-10 + delta * j), -10.0, 10.0);
        sum += std::clamp(1 - std::abs(moved - (-10 + delta * k)) / delta, 0.0, 1.0) *
               p[i][j].item<double>();
      }
      worst = std::max(worst, std::abs(sum - out[i][k].item<double>()));
    }
  }
  CHECK(worst < 1e-5);
  CHECK(torch::allclose(out.sum(1), torch::ones({16}), 1e-5, 1e-5));
}

TEST_CASE("the quantile Huber loss equals its definition") {
  torch::manual_seed(2);
  const int batch = 4, n = 7, m = 5;
  const Tensor prediction = 2 * torch::randn({batch, n}), target = 2 * torch::randn({batch, m});
  const Tensor loss = quantile_huber(prediction, target);
  for (int b = 0; b < batch; ++b) {
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const double tau = (i + 0.5) / n;
      for (int j = 0; j < m; ++j) {
        const double u = target[b][j].item<double>() - prediction[b][i].item<double>();
        const double huber = std::abs(u) <= 1 ? 0.5 * u * u : std::abs(u) - 0.5;
        sum += std::abs(tau - (u < 0 ? 1 : 0)) * huber / m;
      }
    }
    CHECK(loss[b].item<double>() == Approx(sum).epsilon(1e-4));
  }
}

TEST_CASE("plain losses: formulas by hand") {
  const Tensor p = torch::tensor({0.0F, 0.0F}), t = torch::tensor({0.5F, -3.0F});
  CHECK(torch::allclose(loss_of(Loss::kMse, p, t), torch::tensor({0.25F, 9.0F})));
  CHECK(torch::allclose(loss_of(Loss::kHuber, p, t), torch::tensor({0.125F, 2.5F})));
  const Tensor logits = torch::tensor({{0.0F, std::log(3.0F)}});
  const Tensor half = torch::tensor({{0.5F, 0.5F}});
  CHECK(loss_of(Loss::kCrossEntropy, logits, half).item<double>() ==
        Approx(-0.5 * std::log(0.25) - 0.5 * std::log(0.75)));
}

TEST_CASE("gradients of every head agree with finite differences") {
  for (const bool dueling : {false, true}) {
    for (const bool noisy : {false, true}) {
      for (const auto distribution :
           {Distribution::kNone, Distribution::kCategorical, Distribution::kQuantile}) {
        const HeadOptions head{.actions = 3,
                               .dueling = dueling,
                               .noisy = noisy,
                               .distribution = distribution,
                               .atoms = 5};
        const Network network = vector_network(head, {6, 4});
        Parameters parameters(network.layout(), {});
        parameters.initialise(Rng(9));
        Noise noise = network.make_noise({});
        Rng rng(4);
        noise.draw(rng);
        torch::manual_seed(3);
        const Tensor x = torch::randn({4, 3, 1, 1}), direction = torch::randn({4, 3});
        const auto loss = [&] {
          const Tensor q = network.values(parameters.views(), x, {.noise = &noise});
          return (q * direction).sum();
        };
        const auto gradients = torch::autograd::grad({loss()}, parameters.views());
        // Along a random direction in the space of all parameters.
        double derivative = 0;
        const double step = 1e-2;
        std::vector<Tensor> along;
        for (const Tensor& g : gradients) {
          along.push_back(torch::randn(g.sizes()));
          derivative += (g * along.back()).sum().item<double>();
        }
        const auto move = [&](double distance) {
          const torch::NoGradGuard no_grad;
          for (std::size_t i = 0; i < along.size(); ++i)
            parameters.exact_views()[i].add_(along[i], distance);
        };
        move(step);
        const double after = loss().item<double>();
        move(-2 * step);
        const double before = loss().item<double>();
        CHECK((after - before) / (2 * step) == Approx(derivative).epsilon(0.02).margin(0.02));
      }
    }
  }
}

TEST_CASE("noisy layers: means without noise, factorised noise with it") {
  ParameterLayout layout;
  NetBuilder builder{.layout = layout, .features = flat_features(64)};
  Noisy layer{.mean = {.outputs = 32, .activation = Activation::kIdentity}};
  layer.add(builder);
  Parameters parameters(layout, {});
  parameters.initialise(Rng(2));
  const Tensor x = torch::randn({5, 64});
  const ParameterViews& p = parameters.views();
  CHECK(p[2][0][0].item<float>() == Approx(0.5 / 8));  // σ₀/√in
  Pass quiet;
  CHECK(torch::allclose(layer.forward(p, x, quiet), torch::linear(x, p[0], p[1]), 1e-5, 1e-6));

  Noise noise = Noise::zero(layout, {});
  REQUIRE(noise.layers.size() == 1);
  Rng rng(7);
  noise.draw(rng);
  const Noise::Layer& e = noise.layers[0];
  const Tensor weight = p[0] + p[2] * torch::outer(e.out, e.in), bias = p[1] + p[3] * e.out;
  Pass noisy{.mode = {.noise = &noise}};
  CHECK(torch::allclose(layer.forward(p, x, noisy), torch::linear(x, weight, bias), 1e-4, 1e-5));

  // f(ε) = sgn(ε)√|ε| of a standard normal: mean 0, mean square E|ε| = √(2/π).
  double sum = 0, squares = 0;
  for (int i = 0; i < 500; ++i) {
    noise.draw(rng);
    sum += e.in.sum().item<double>();
    squares += (e.in * e.in).sum().item<double>();
  }
  CHECK(sum / 32'000 == Approx(0).margin(0.02));
  CHECK(squares / 32'000 == Approx(std::sqrt(2 / 3.14159265358979)).epsilon(0.02));
}
