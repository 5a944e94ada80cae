#include "nets/state_action.hpp"

#include "core/config.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

struct Case {
  const char* net;
  ObservationSpace observation;
};
const Case kCases[] = {
    {"hidden = [24, 16]\nactivation = \"tanh\"", {{3}, Element::kFloat, -1, 1}},
    {"conv = [\"4@4s4\"]\nhidden = [16]\nactivation = \"tanh\"\nprecision = \"float32\"",
     {{12, 12}, Element::kUint8, 0, 255}},
    {"layers = [\"norm\", \"dense 24\", \"norm\", \"dense 8\"]\nactivation = \"tanh\"",
     {{5}, Element::kFloat, -1, 1}}};
constexpr int kRows = 10;

double sum_of_products(const Tensor& a, const Tensor& b) { return (a * b).sum().item<double>(); }

}  // namespace

TEST_CASE("a critic's gradients by parameters and action agree with finite differences") {
  for (const Case& c : kCases) {
    INFO(c.net);
    const NetOptions net = read_net(
        Config::from_string(std::string("[net]\n") + c.net).section("net"), c.observation, 1);
    const StateActionNetwork network({.net = net, .action = 2, .heads = {"q1", "q2"}});
    Parameters parameters(network.layout(), {});
    parameters.initialise(Rng(5));
    torch::manual_seed(7);
    const Tensor input = make_input(net.input, kRows, torch::kFloat32);
    input.copy_(torch::rand(input.sizes()));
    const Tensor action = torch::randn({kRows, 2}), d_output = torch::randn({2, kRows});
    StateActionPass pass(network, {});
    const auto forward = [&] {
      pass.forward(parameters.views(), input, {action.data_ptr<float>(), 2 * kRows});
      double loss = 0;
      for (const std::size_t head : {0U, 1U}) {
        for (std::size_t i = 0; i < kRows; ++i)
          loss += d_output.data_ptr<float>()[head * kRows + i] * pass.output(head)[i];
      }
      return loss;
    };
    forward();
    for (const std::size_t head : {0U, 1U})
      std::copy_n(d_output.data_ptr<float>() + head * kRows, kRows, pass.gradient(head).begin());
    const Tensor gradient = torch::zeros_like(parameters.flat());
    const ParameterViews gradients = views_of(network.layout(), gradient);
    const Tensor d_action = torch::zeros({kRows, 2});
    pass.backward({.parameters = gradients, .action = {d_action.data_ptr<float>(), 2 * kRows}});

    const auto check = [&](const Tensor& values, const Tensor& derivative) {
      const torch::NoGradGuard no_grad;
      const Tensor along = torch::randn(values.sizes());
      const double step = 2e-3;
      values.add_(along, step);
      const double after = forward();
      values.add_(along, -2 * step);
      const double before = forward();
      values.add_(along, step);
      CHECK((after - before) / (2 * step) ==
            Approx(sum_of_products(derivative, along)).epsilon(0.02));
    };
    check(action, d_action);
    for (std::size_t i = 0; i < gradients.size(); ++i)
      check(parameters.exact_views()[i], gradients[i]);
  }
}
