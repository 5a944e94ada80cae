#include "nets/policy_value.hpp"

#include "core/check.hpp"
#include "nets/inference_net.hpp"
#include "tests/catch.hpp"

#include <vector>

using namespace tengen;

namespace {

PolicyValueOptions go(int blocks = 2, int channels = 8) {
  return {.rows = 5,
          .columns = 5,
          .planes = 3,
          .globals = 2,
          .actions = 26,
          .territory = true,
          .blocks = blocks,
          .channels = channels};
}
PolicyValueOptions connect_four(int globals = 0) {
  return {.rows = 6,
          .columns = 7,
          .planes = 2,
          .globals = globals,
          .actions = 7,
          .points = false,
          .blocks = 2,
          .channels = 8,
          .pool = 0};
}

// A network whose every parameter and statistic is some number: nothing is 0 or 1 by accident.
struct Model {
  explicit Model(const PolicyValueOptions& options, std::uint64_t seed = 1)
      : net(std::make_shared<PolicyValueNet>(options)),
        parameters(net->layout(), {}),
        statistics(net->statistics(), {}) {
    parameters.initialise(Rng(seed));
    Rng rng(seed + 100);
    const torch::NoGradGuard no_grad;
    const auto shake = [&](const Parameters& of, double low, double high) {
      for (const Tensor& view : of.exact_views()) {
        if (view.dim() > 1) continue;
        Tensor noise = torch::empty(view.sizes());
        float* data = noise.data_ptr<float>();
        for (std::int64_t i = 0; i < noise.numel(); ++i)
          data[i] = static_cast<float>(rng.uniform(low, high));
        view.add_(noise);
      }
    };
    shake(parameters, -0.2, 0.5);
    for (const Tensor& view : parameters.exact_views())  // of pooling: zero at first
      if (view.dim() == 2 && view.abs().max().item<float>() == 0) view.fill_(0.02);
    shake(statistics, 0.2, 1.5);
  }
  std::shared_ptr<const PolicyValueNet> net;
  Parameters parameters, statistics;
};

struct Rows {
  Rows(const PolicyValueOptions& o, int rows, std::uint64_t seed = 7)
      : planes(torch::zeros({rows, o.rows, o.columns, o.planes}, torch::kUInt8)),
        globals(torch::zeros({rows, o.globals})) {
    Rng rng(seed);
    for (std::int64_t i = 0; i < planes.numel(); ++i)
      planes.data_ptr<std::uint8_t>()[i] = rng.chance(0.4) ? 1 : 0;
    for (std::int64_t i = 0; i < globals.numel(); ++i)
      globals.data_ptr<float>()[i] = static_cast<float>(rng.uniform(-1, 1));
  }
  Tensor planes, globals;
};

double difference(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined() ? 0 : 1e9;
  return (a - b).abs().max().item<double>();
}
double difference(const PolicyValueOutput& a, const PolicyValueOutput& b) {
  return std::max({difference(a.logits, b.logits), difference(a.value, b.value),
                   difference(a.margin, b.margin) / 20, difference(a.ownership, b.ownership)});
}

}  // namespace

TEST_CASE("a folded network is the network") {
  const torch::NoGradGuard no_grad;
  for (const PolicyValueOptions& options : {go(), connect_four(), connect_four(3)}) {
    for (const bool separate : {false, true}) {
      PolicyValueOptions o = options;
      o.separate = separate;
      const Model model(o);
      const Rows rows(o, 5);
      const Tensor flat = torch::zeros({model.net->folded_layout().size()});
      const ParameterViews folded = views_of(model.net->folded_layout(), flat);
      model.net->fold(model.parameters.exact_views(), model.statistics.exact_views(), folded);
      const auto plain =
          model.net->playing(model.parameters.exact_views(), model.statistics.exact_views(),
                             rows.planes, rows.globals);
      CHECK(plain.logits.sizes() == torch::IntArrayRef({5, o.actions}));
      CHECK(plain.value.sizes() == torch::IntArrayRef({5}));
      CHECK(plain.margin.defined() == o.territory);
      CHECK(difference(plain, model.net->folded(folded, rows.planes, rows.globals)) < 1e-4);
      CHECK(plain.logits.std().item<double>() > 0.01);
    }
  }
}

TEST_CASE("a network that plays answers beside the questions") {
  const torch::NoGradGuard no_grad;
  const PolicyValueOptions o = go();
  const Model model(o);
  const Rows rows(o, 9);
  const auto expected = model.net->playing(
      model.parameters.exact_views(), model.statistics.exact_views(), rows.planes, rows.globals);
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const InferenceNet player(model.net, model.parameters, model.statistics,
                              {torch::kCPU, precision});
    InferenceNet::Workspace workspace;
    for (const int count : {9, 1, 4}) {
      PolicyValueOutput out{torch::zeros({9, 26}), torch::zeros({9}), torch::zeros({9}),
                            torch::zeros({9, 25})};
      player.evaluate({.rows = count,
                       .planes = rows.planes.data_ptr<std::uint8_t>(),
                       .globals = rows.globals.data_ptr<float>(),
                       .logits = out.logits.data_ptr<float>(),
                       .value = out.value.data_ptr<float>(),
                       .margin = out.margin.data_ptr<float>(),
                       .ownership = out.ownership.data_ptr<float>()},
                      workspace);
      const auto first = [&](const Tensor& t) { return t.narrow(0, 0, count); };
      const double tolerance = precision == Precision::kFloat32 ? 1e-4 : 0.08;
      CHECK(
          difference({first(out.logits), first(out.value), first(out.margin), first(out.ownership)},
                     {first(expected.logits), first(expected.value), first(expected.margin),
                      first(expected.ownership)}) < tolerance);
      if (count < 9) CHECK(out.logits.narrow(0, count, 9 - count).abs().max().item<float>() == 0);
    }
  }
}
