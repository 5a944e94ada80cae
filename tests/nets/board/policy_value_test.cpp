#include "nets/board/policy_value.hpp"

#include "core/check.hpp"
#include "nets/board/inference_net.hpp"
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
          .channels = channels,
          .pool = 2};
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

TEST_CASE("kernels of our own compute the network") {
  using kernels::BoardProducts;
  const torch::NoGradGuard no_grad;
  std::vector<PolicyValueOptions> nets{go(), go(3, 40), connect_four(), connect_four(3)};
  nets.push_back(go(1, 33));
  nets.back().rows = 9;  // a rectangle, and more planes than a group of channels
  nets.back().actions = 46;
  nets.back().planes = 35;
  for (PolicyValueOptions o : nets) {
    o.separate = o.channels == 40;
    const Model model(o);
    const Rows rows(o, 19);
    const Tensor flat = torch::zeros({model.net->folded_layout().size()});
    const ParameterViews folded = views_of(model.net->folded_layout(), flat);
    model.net->fold(model.parameters.exact_views(), model.statistics.exact_views(), folded);
    const auto expected = model.net->folded(folded, rows.planes, rows.globals);
    for (const BoardProducts products : {BoardProducts::kAvx512, BoardProducts::kAmx}) {
      if (products > kernels::best_board_products()) continue;  // not on this processor
      const BoardNet net(*model.net, folded, products);
      BoardNet::Workspace memory;
      // The last call, of fewer rows, must find nothing of the first.
      for (const int count : {19, 19, 3}) {
        const std::int64_t first = 19 - count;
        PolicyValueOutput out{torch::full({count, o.actions}, 1e9F), torch::full({count}, 1e9F),
                              torch::full({count}, 1e9F), torch::full({count, o.board()}, 1e9F)};
        net.evaluate({.rows = count,
                      .planes = rows.planes.data_ptr<std::uint8_t>() + first * o.board() * o.planes,
                      .globals = rows.globals.data_ptr<float>() + first * o.globals,
                      .logits = out.logits.data_ptr<float>(),
                      .value = out.value.data_ptr<float>(),
                      .margin = out.margin.data_ptr<float>(),
                      .ownership = out.ownership.data_ptr<float>()},
                     memory);
        const auto last = [&](const Tensor& t) { return t.narrow(0, first, count); };
        const double scale = 1 + expected.logits.abs().max().item<double>();
        CHECK(difference(out.logits, last(expected.logits)) < 0.03 * scale);
        CHECK(difference(out.value, last(expected.value)) < 0.05);
        if (!o.territory) {
          CHECK(out.margin.abs().max().item<float>() == 0);
          continue;
        }
        CHECK(difference(out.margin, last(expected.margin)) < 1);
        CHECK(difference(out.ownership, last(expected.ownership)) < 0.05);
      }
    }
  }
}

TEST_CASE("an evaluation by kernels of our own does not depend on the batch") {
  if (kernels::best_board_products() == kernels::BoardProducts::kNone) return;
  const PolicyValueOptions o = go();
  const Model model(o);
  const Rows rows(o, 21);
  const InferenceNet net(model.net, model.parameters, model.statistics,
                         {torch::kCPU, Precision::kBfloat16});
  InferenceNet::Workspace memory;
  std::vector<float> logits(21 * 26), value(21), margin(21), owners(21 * 25);
  std::vector<float> one_logits(26), one_value(1), one_margin(1), one_owners(25);
  net.evaluate({21, rows.planes.data_ptr<std::uint8_t>(), rows.globals.data_ptr<float>(),
                logits.data(), value.data(), margin.data(), owners.data()},
               memory);
  for (int i = 0; i < 21; ++i) {
    net.evaluate({1, rows.planes.data_ptr<std::uint8_t>() + i * o.board() * o.planes,
                  rows.globals.data_ptr<float>() + i * o.globals, one_logits.data(),
                  one_value.data(), one_margin.data(), one_owners.data()},
                 memory);
    CHECK(std::equal(one_logits.begin(), one_logits.end(), logits.begin() + i * 26));
    CHECK(std::equal(one_owners.begin(), one_owners.end(), owners.begin() + i * 25));
    CHECK(one_value[0] == value[static_cast<std::size_t>(i)]);
    CHECK(one_margin[0] == margin[static_cast<std::size_t>(i)]);
  }
}

TEST_CASE("a larger network begins as the smaller one") {
  const torch::NoGradGuard no_grad;
  for (PolicyValueOptions o : {go(), connect_four(3)}) {
    for (const bool separate : {false, true}) {
      o.separate = separate;
      const Model small(o);
      PolicyValueOptions larger = o;
      larger.blocks += 2;
      for (const int channels : {o.channels, o.channels + 5}) {
        larger.channels = channels;
        const auto net = std::make_shared<PolicyValueNet>(larger);
        Parameters parameters(net->layout(), {}), statistics(net->statistics(), {});
        parameters.initialise(Rng(77));
        statistics.initialise(Rng(77));
        net->grow(*small.net, small.parameters.exact_views(), small.statistics.exact_views(),
                  parameters.exact_views(), statistics.exact_views());
        const Rows rows(o, 6);
        const auto before =
            small.net->playing(small.parameters.exact_views(), small.statistics.exact_views(),
                               rows.planes, rows.globals);
        const auto after = net->playing(parameters.exact_views(), statistics.exact_views(),
                                        rows.planes, rows.globals);
        CHECK(difference(before, after) < 1e-4);
        CHECK_THROWS_AS(
            small.net->grow(*net, parameters.exact_views(), statistics.exact_views(),
                            small.parameters.exact_views(), small.statistics.exact_views()),
            Error);
      }
    }
  }
}

TEST_CASE("a policy-value network's gradient is that of finite differences") {
  const PolicyValueOptions o = go(2, 4);
  const Model model(o);
  const Rows rows(o, 4);
  const Tensor moments = torch::zeros({model.net->statistics().size()});
  const ParameterViews moment_views = views_of(model.net->statistics(), moments);
  const auto loss = [&] {
    const auto out =
        model.net->learning(model.parameters.views(), moment_views, rows.planes, rows.globals);
    return (out.logits * out.logits).sum() + (3 * out.value).sum() + out.margin.sum() +
           (out.ownership * out.ownership * 2).sum();
  };
  const auto gradients = torch::autograd::grad({loss()}, model.parameters.views());
  const torch::NoGradGuard no_grad;
  Rng rng(5);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Tensor& view = model.parameters.exact_views()[i];
    const Tensor direction = torch::zeros(view.sizes());
    for (std::int64_t k = 0; k < view.numel(); ++k)
      direction.data_ptr<float>()[k] = static_cast<float>(rng.normal());
    const double step = 2e-3 / direction.norm().item<double>();
    const Tensor kept = view.clone();
    view.copy_(kept + direction * step);
    const double above = loss().item<double>();
    view.copy_(kept - direction * step);
    const double below = loss().item<double>();
    view.copy_(kept);
    const double expected = (above - below) / (2 * step);
    const double found = (gradients[i] * direction).sum().item<double>();
    INFO(model.net->layout().specs()[i].name);
    CHECK(found == Approx(expected).epsilon(0.03).margin(0.3));
  }
}

TEST_CASE("sizes of a policy-value network come from the recipe") {
  const auto read = [](const std::string& toml) {
    const Config config = Config::from_string("[net]\n" + toml);
    const auto options = read_policy_value(config.section("net"), go());
    config.check_all_read();
    return options;
  };
  CHECK(read("").blocks == 4);
  CHECK(read("").channels == 32);
  CHECK(read("blocks = 6\nchannels = 64").channels == 64);
  CHECK(read("trunk = \"separate\"").separate);
  CHECK(read("precision = \"bfloat16\"").precision == Precision::kBfloat16);
  CHECK_THROWS_WITH(read("trunk = \"separated\""), ContainsSubstring("separate"));
  CHECK_THROWS_AS(read("channels = 0"), UsageError);
}
