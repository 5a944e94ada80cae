#include "nets/network.hpp"

#include "core/check.hpp"
#include "nets/losses.hpp"
#include "nets/optimisers.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace tengen;

namespace {

const ObservationSpace kScreen{{84, 84}, Element::kUint8, 0, 255};
const ObservationSpace kSmallScreen{{42, 42}, Element::kUint8, 0, 255};

Config net_of(const std::string& toml) {
  return Config::from_string("[net]\n" + toml).section("net");
}

NetOptions read(const std::string& toml, const ObservationSpace& space = kScreen, int stack = 4) {
  return read_net(net_of("precision = \"float32\"\n" + toml), space, stack);
}

std::string error_of(const std::string& toml, const ObservationSpace& space = kScreen) {
  try {
    const Network network(read(toml, space), {});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("bodies have the sizes of their papers") {
  const HeadOptions head{.actions = 6};
  // Nature: 84 × 84 × 4 → 20 × 20 × 32 → 9 × 9 × 64 → 7 × 7 × 64 → 512 → 6.
  CHECK(Network(read(""), head).layout().count() ==
        (256 * 32 + 32) + (512 * 64 + 64) + (576 * 64 + 64) + (3136 * 512 + 512) + (512 * 6 + 6));
  CHECK(Network(read("body = \"small\""), head).layout().count() ==
        (256 * 16 + 16) + (256 * 32 + 32) + (2592 * 256 + 256) + (256 * 6 + 6));
  // 42 × 42 with kernel 4 and stride 2: the same 20 × 20, then 9 × 9.
  CHECK(Network(read("body = \"small\"", kSmallScreen), head).layout().count() ==
        (64 * 16 + 16) + (256 * 32 + 32) + (2592 * 256 + 256) + (256 * 6 + 6));
  // LeNet-5 on 28 × 28: 120 and 84 after 16 planes of 5 × 5.
  const ObservationSpace digit{{28, 28}, Element::kUint8, 0, 255};
  CHECK(Network(read("body = \"lenet5\"", digit, 1), {.actions = 10}).layout().count() == 61'706);
  const ObservationSpace vector{{4}, Element::kFloat, -1, 1};
  CHECK(Network(read("", vector, 1), {.actions = 2}).layout().count() ==
        (4 * 64 + 64) + (64 * 64 + 64) + (64 * 2 + 2));
}

TEST_CASE("a first convolution over blocks of pixels is the convolution itself") {
  const NetOptions options = read("conv = [\"8@8s4\"]\nhidden = []\nactivation = \"elu\"");
  REQUIRE(options.input.block == 4);
  ParameterLayout layout;
  NetBuilder builder = builder_of(options, layout);
  const Sequential body(options.layers, builder);
  Parameters parameters(layout, {});
  parameters.initialise(Rng(3));

  std::vector<std::uint8_t> pixels(4 * 84 * 84);
  Rng rng(8);
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(rng.below(256));
  std::vector<const std::byte*> frames;
  for (std::size_t i = 0; i < 4; ++i)
    frames.push_back(reinterpret_cast<const std::byte*>(&pixels[i * 84 * 84]));
  const Tensor input = make_input(options.input, 1, torch::kFloat32);
  gather(options.input, frames, input);

  // [out, plane · 16 + dy · 4 + dx, y, x] is [out, plane, 4 y + dy, 4 x + dx].
  const Tensor weight = parameters.exact_views()[0]
                            .reshape({8, 4, 4, 4, 2, 2})
                            .permute({0, 1, 4, 2, 5, 3})
                            .reshape({8, 4, 8, 8});
  const Tensor plain = torch::from_blob(pixels.data(), {1, 4, 84, 84}, torch::kUInt8) / 255.0;
  const Tensor expected = torch::elu(torch::conv2d(plain, weight, parameters.exact_views()[1], 4))
                              .permute({0, 2, 3, 1})
                              .reshape({1, -1});
  Pass pass;
  CHECK(torch::allclose(body.forward(parameters.views(), input, pass), expected, 1e-4, 1e-5));
}

TEST_CASE("every body overfits one batch, in both precisions") {
  const ComputeScope one_thread;
  WorkerPool pool(1);
  for (const char* precision : {"float32", "bfloat16"}) {
    for (const char* body : {"small", "lenet5"}) {
      const Config net =
          net_of(fmt::format("body = \"{}\"\nhidden = [32]\nprecision = \"{}\"", body, precision));
      const Network network(read_net(net, kSmallScreen, 2), {.actions = 3});
      const Backend backend{torch::kCPU, network.options().precision};
      Parameters parameters(network.layout(), backend);
      parameters.initialise(Rng(1));
      Optimiser optimiser({}, network.layout(), backend);
      torch::manual_seed(1);
      const Tensor input = make_input(network.options().input, 8, scalar_type(backend.precision));
      input.copy_(torch::rand(input.sizes()));
      const Tensor target = torch::randn({8, 3});
      const Tensor gradient = torch::zeros_like(parameters.flat());
      const ParameterViews gradients = views_of(network.layout(), gradient);
      double first = 0, last = 0;
      for (int step = 0; step < 150; ++step) {
        const Tensor loss =
            loss_of(Loss::kMse, network.values(parameters.views(), input), target).mean();
        const auto computed = torch::autograd::grad({loss}, parameters.views());
        for (std::size_t i = 0; i < computed.size(); ++i) gradients[i].copy_(computed[i]);
        optimiser.step(parameters, std::span(&gradient, 1), 3e-3, pool);
        last = loss.item<double>();
        if (step == 0) first = last;
      }
      INFO(body << " " << precision);
      CHECK(last < 0.02 * first);
    }
  }
}

TEST_CASE("a network with memory says step by step what it says of the whole sequence") {
  const ObservationSpace space{{3}, Element::kFloat, -1, 1};
  for (const char* cell : {"gru", "lstm"}) {
    const Config net =
        net_of(fmt::format("hidden = [8]\nrecurrent = \"{}\"\nrecurrent_size = 6", cell));
    NetOptions options = read_net(net, space, 1);
    read_recurrent(net, "none", options);
    const Network network(options, {.actions = 2, .dueling = true});
    Parameters parameters(network.layout(), {});
    parameters.initialise(Rng(3));
    const torch::NoGradGuard no_grad;
    constexpr int kSteps = 5, kLanes = 2;
    const Tensor input = torch::randn({kSteps * kLanes, 3, 1, 1});
    Tensor keep = torch::ones({kSteps, kLanes});
    keep[3][1] = 0;  // an episode starts
    Tensor state = torch::randn({kLanes, network.state_size()});
    const Sequence whole = network.forward(parameters.views(), input, state, keep);
    REQUIRE(whole.output.sizes() == std::vector<std::int64_t>{kSteps * kLanes, 2, 1});
    for (int t = 0; t < kSteps; ++t) {
      const Sequence step = network.forward(parameters.views(), input.narrow(0, t * kLanes, kLanes),
                                            state, keep.narrow(0, t, 1));
      CHECK(torch::allclose(step.output, whole.output.narrow(0, t * kLanes, kLanes), 1e-4, 1e-6));
      state = step.state;
    }
    CHECK(torch::allclose(state, whole.state, 1e-4, 1e-6));
  }
}

TEST_CASE("a checkpoint of another architecture is refused by the first difference") {
  const Network wide(read("body = \"small\""), {.actions = 6});
  const Network narrow(read("body = \"small\"\nhidden = [128]"), {.actions = 6});
  Parameters saved(wide.layout(), {}), other(narrow.layout(), {}), same(wide.layout(), {});
  saved.initialise(Rng(1));
  ArchiveWriter writer;
  saved.save(writer, "net");
  const auto reader = ArchiveReader::from_bytes(writer.bytes(), "old.ckpt");
  same.load(reader, "net");
  CHECK(torch::equal(same.flat(), saved.flat()));
  CHECK_THROWS_WITH(other.load(reader, "net"), ContainsSubstring("old.ckpt") &&
                                                   ContainsSubstring("q.hidden.weight 256x2592") &&
                                                   ContainsSubstring("q.hidden.weight 128x2592"));
}

TEST_CASE("what makes no sense in [net] is one clear line") {
  CHECK_THAT(error_of("body = \"natrue\""), ContainsSubstring("did you mean 'nature'"));
  CHECK_THAT(error_of("activation = \"rellu\""), ContainsSubstring("did you mean 'relu'"));
  CHECK_THAT(error_of("init = \"orthogonl\""), ContainsSubstring("did you mean 'orthogonal'"));
  CHECK_THAT(error_of("conv = [\"32x8\"]"), ContainsSubstring("32@8s4"));
  CHECK_THAT(error_of("conv = [\"32@8s4\", \"8@30\"]"),
             ContainsSubstring("nothing of the 84x84 image"));
  CHECK_THAT(error_of("hidden = [0]"), ContainsSubstring("net.hidden"));
  CHECK_THAT(error_of("dropout = 1.5"), ContainsSubstring("dropout"));
}

TEST_CASE("initialisers have their moments, and orthogonal rows are orthonormal") {
  const auto values = [](Init init, double gain) {
    const InitRule rule{init, gain, 60, 240, 60};
    const Tensor w = torch::empty({60, 240});
    initialise(rule, Rng(5), {w.data_ptr<float>(), 60 * 240});
    return w;
  };
  const auto deviation = [](const Tensor& w) { return w.std().item<double>(); };
  CHECK(deviation(values(Init::kDefault, 1)) == Approx(std::sqrt(1.0 / 240 / 3)).epsilon(0.03));
  CHECK(deviation(values(Init::kKaimingUniform, 1)) == Approx(std::sqrt(1.0 / 240)).epsilon(0.03));
  CHECK(deviation(values(Init::kKaimingNormal, 2)) == Approx(2 / std::sqrt(240.0)).epsilon(0.03));
  CHECK(deviation(values(Init::kXavierUniform, 1)) == Approx(std::sqrt(2.0 / 300)).epsilon(0.03));
  CHECK(deviation(values(Init::kXavierNormal, 1)) == Approx(std::sqrt(2.0 / 300)).epsilon(0.03));
  CHECK(values(Init::kUniform, 1).abs().max().item<double>() == Approx(0.05).epsilon(0.03));
  const Tensor w = values(Init::kOrthogonal, 3);
  CHECK(torch::allclose(w.mm(w.t()), 9 * torch::eye(60), 1e-4, 1e-4));
}

TEST_CASE("dropout zeroes its share while learning and nothing while acting") {
  const Tensor x = torch::ones({100, 100});
  Rng rng(1);
  const Dropout layer{.rate = 0.25F};
  Pass learning{.mode = {.dropout = &rng}}, acting;
  const Tensor dropped = layer.forward({}, x, learning);
  CHECK((dropped == 0).to(torch::kFloat32).mean().item<double>() == Approx(0.25).margin(0.02));
  CHECK(dropped.max().item<double>() == Approx(4.0 / 3));
  CHECK(torch::equal(layer.forward({}, x, acting), x));
}

TEST_CASE("a network that no memory holds is refused before anything is done with it") {
  ParameterLayout layout;
  layout.add("weight", {1 << 22, 1 << 22}, InitRule{});
  CHECK_THROWS_WITH(Parameters(layout, Backend{torch::kCPU, Precision::kFloat32}),
                    ContainsSubstring("[net]: 1.76e+13 parameters take 7.04e+04 GB"));
}
