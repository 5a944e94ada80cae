#include "nets/kernels/fused.hpp"

#include "nets/backend.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace tengen;

namespace {

struct Case {
  std::vector<std::int64_t> sizes;  // inputs, then each layer's outputs
  std::int64_t rows;
  Activation hidden;
};

// Widths that fill vectors, that do not, and narrow ones; few and many rows.
const std::vector<Case> kCases = {
    {{4, 64, 64, 2}, 256, Activation::kTanh}, {{3, 64, 64, 1}, 100, Activation::kRelu},
    {{17, 33, 5}, 7, Activation::kTanh},      {{1, 1}, 1, Activation::kRelu},
    {{64, 96, 6}, 13, Activation::kRelu},     {{5, 48, 80, 16, 3}, 1, Activation::kTanh}};

struct Network {
  std::vector<Tensor> parameters;
  std::vector<DenseLayer> layers;
  Tensor x, dy;

  explicit Network(const Case& c, torch::ScalarType type = torch::kFloat32) {
    const auto random = [&](std::vector<std::int64_t> shape, double scale) {
      return (torch::randn(shape) * scale).to(type).requires_grad_(true);
    };
    for (std::size_t i = 0; i + 1 < c.sizes.size(); ++i) {
      const bool last = i + 2 == c.sizes.size();
      parameters.push_back(random({c.sizes[i + 1], c.sizes[i]}, 1 / std::sqrt(c.sizes[i])));
      parameters.push_back(random({c.sizes[i + 1]}, 0.5));
      layers.push_back(
          {parameters[2 * i], parameters[2 * i + 1], last ? Activation::kIdentity : c.hidden});
    }
    x = random({c.rows, c.sizes.front()}, 1);
    dy = torch::randn({c.rows, c.sizes.back()}).to(type);
  }
  [[nodiscard]] Tensor plain() const {
    Tensor y = x;
    for (const DenseLayer& layer : layers)
      y = activate(layer.activation, torch::linear(y, layer.weight, layer.bias));
    return y;
  }
  [[nodiscard]] std::vector<Tensor> gradients(const Tensor& y) const {
    std::vector<Tensor> inputs = parameters;
    inputs.push_back(x);
    return torch::autograd::grad({y}, inputs, {dy});
  }
};

bool close(const Tensor& a, const Tensor& b) { return torch::allclose(a, b, 1e-4, 2e-5); }

bool close(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!close(a[i], b[i])) return false;
  }
  return a.size() == b.size();
}

}  // namespace

TEST_CASE("fused layers and their gradients are those of the plain composition") {
  torch::manual_seed(1);
  for (const Case& c : kCases) {
    const Network net(c);
    INFO(net.layers.size() << " layers, " << c.rows << " rows of " << c.sizes.front());
    const auto expected = net.gradients(net.plain());
    const Tensor y = mlp(net.x, net.layers);
    CHECK(y.grad_fn()->name() == "tengen::mlp");
    CHECK(close(y, net.plain()));
    CHECK(close(net.gradients(y), expected));

    Tensor chain = net.x;
    for (const DenseLayer& l : net.layers) chain = dense(chain, l.weight, l.bias, l.activation);
    CHECK(torch::equal(chain, y));
    CHECK(close(net.gradients(chain), expected));
  }
}

TEST_CASE("a pass without a graph gives the same bits as the node in one") {
  torch::manual_seed(2);
  for (const Case& c : kCases) {
    const Network net(c);
    MlpPass pass;
    std::vector<Tensor> gradients;
    for (const Tensor& p : net.parameters) gradients.push_back(torch::zeros_like(p));
    const auto expected = net.gradients(mlp(net.x, net.layers));
    for (int again = 0; again < 2; ++again) {
      CHECK(torch::equal(pass.forward(net.x, net.layers), mlp(net.x, net.layers)));
      const Tensor dx = pass.backward(net.dy.clone(), {.parameters = gradients, .input = true});
      CHECK(torch::equal(dx, expected.back()));
      for (std::size_t i = 0; i < gradients.size(); ++i)
        CHECK(torch::equal(gradients[i], expected[i]));
    }
    pass.forward(net.x, net.layers);
    CHECK(torch::equal(pass.backward(net.dy.clone(), {.input = true}), expected.back()));
    CHECK_FALSE(pass.backward(net.dy.clone(), {.parameters = gradients}).defined());
  }
}

TEST_CASE("only the gradients that are asked for are computed, and all agree") {
  torch::manual_seed(3);
  const Network net(kCases[0]);
  const auto all = net.gradients(mlp(net.x, net.layers));
  for (std::size_t i = 0; i < net.parameters.size(); ++i) {
    const auto one = torch::autograd::grad({mlp(net.x, net.layers)}, {net.parameters[i]}, {net.dy});
    CHECK(torch::equal(one[0], all[i]));
  }
  const auto input = torch::autograd::grad({mlp(net.x, net.layers)}, {net.x}, {net.dy});
  CHECK(torch::equal(input[0], all.back()));
}

TEST_CASE("a row's result does not depend on the rows beside it") {
  torch::manual_seed(4);
  const Network net(kCases[0]);
  const Tensor all = mlp(net.x, net.layers);
  for (const std::int64_t row : {0, 1, 255})
    CHECK(
        torch::equal(mlp(net.x.narrow(0, row, 1).contiguous(), net.layers), all.narrow(0, row, 1)));
}

TEST_CASE("what kernels do not do is the plain composition") {
  torch::manual_seed(5);
  const std::vector<std::pair<Case, torch::ScalarType>> cases = {
      {{{4, 16, 2}, 8, Activation::kElu}, torch::kFloat32},
      {{{4, 300, 300, 2}, 8, Activation::kRelu}, torch::kFloat32},
      {{{4, 16, 2}, 8, Activation::kTanh}, torch::kBFloat16},
      {{{4, 16, 2}, 8, Activation::kTanh}, torch::kFloat64}};
  for (const auto& [c, type] : cases) {
    const Network net(c, type);
    const Tensor y = mlp(net.x, net.layers);
    CHECK(torch::equal(y, net.plain()));
    const auto expected = net.gradients(net.plain());
    MlpPass pass;
    std::vector<Tensor> gradients;
    for (const Tensor& p : net.parameters) gradients.push_back(torch::zeros_like(p));
    CHECK(torch::equal(pass.forward(net.x, net.layers), y));
    const Tensor dx = pass.backward(net.dy.clone(), {.parameters = gradients, .input = true});
    CHECK(torch::equal(dx, expected.back()));
    for (std::size_t i = 0; i < gradients.size(); ++i)
      CHECK(torch::equal(gradients[i], expected[i]));
  }
}

TEST_CASE("tanh keeps to two units in the last place, and infinities and NaN to themselves") {
  const Tensor weight = torch::ones({1, 1}), bias = torch::zeros({1});
  const Tensor x = torch::cat({torch::linspace(-12, 12, 200'001), torch::logspace(-30, 1, 2001),
                               torch::tensor({INFINITY, -INFINITY, 0.0F})})
                       .view({-1, 1});
  const Tensor y = dense(x, weight, bias, Activation::kTanh).view(-1);
  const auto* value = y.data_ptr<float>();
  const auto* argument = x.data_ptr<float>();
  double worst = 0;
  for (std::int64_t i = 0; i < y.numel(); ++i) {
    const double exact = std::tanh(static_cast<double>(argument[i]));
    const auto size = static_cast<float>(std::abs(exact));
    const double unit = std::nextafter(size, 2.0F) - size;
    worst = std::max(worst, std::abs(value[i] - exact) / unit);
  }
  CHECK(worst < 2.5);
  const Tensor nan = torch::full({1, 1}, NAN);
  CHECK(std::isnan(dense(nan, weight, bias, Activation::kTanh).item<float>()));
  CHECK(std::isnan(dense(nan, weight, bias, Activation::kRelu).item<float>()));
}
