// What runs on a GPU equals what runs on the CPU. Without one these tests check nothing and say so.
#include "nets/board/inference_net.hpp"
#include "nets/input_buffer.hpp"
#include "nets/network.hpp"
#include "nets/optimisers.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

bool no_gpu() {
  if (torch::cuda::is_available()) return false;
  WARN("no GPU here: not tested");
  return true;
}

const Backend kCuda{torch::Device("cuda"), Precision::kFloat32};

double difference(const Tensor& a, const Tensor& b) {
  return (a.cpu().to(torch::kFloat32) - b.cpu().to(torch::kFloat32)).abs().max().item<double>();
}

std::vector<const std::byte*> pointers(const std::vector<std::uint8_t>& memory, std::size_t bytes) {
  std::vector<const std::byte*> frames;
  for (std::size_t at = 0; at < memory.size(); at += bytes)
    frames.push_back(reinterpret_cast<const std::byte*>(&memory[at]));
  return frames;
}

const InputFormat kPicture{.element = Element::kUint8,
                           .stack = 2,
                           .rows = 84,
                           .columns = 84,
                           .block = 4,
                           .offset = 87,
                           .scale = 1.0F / 64};

std::vector<std::uint8_t> noise(std::size_t count) {
  Rng rng(5);
  std::vector<std::uint8_t> memory(count);
  for (auto& value : memory) value = static_cast<std::uint8_t>(rng.below(256));
  return memory;
}

}  // namespace

TEST_CASE("bytes gathered as bytes become the values that are gathered at once") {
  const auto memory = noise(3 * 2 * 84 * 84);
  const auto frames = pointers(memory, std::size_t{84} * 84);
  const Tensor bytes = make_input(kPicture, 3, torch::kUInt8);
  gather(kPicture, frames, bytes);
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    const Tensor values = make_input(kPicture, 3, type);
    gather(kPicture, frames, values);
    CHECK(torch::equal(values, values_of(kPicture, bytes, type)));
  }
}

TEST_CASE("inputs gathered by several threads are those of one") {
  const auto memory = noise(100 * 2 * 84 * 84);
  const auto frames = pointers(memory, std::size_t{84} * 84);
  WorkerPool pool(3);
  InputBuffer alone, together;
  CHECK(torch::equal(alone.gather(kPicture, frames, nullptr),
                     together.gather(kPicture, frames, &pool)));
  // Fewer rows than before use the same memory.
  const auto few = std::span(frames).first(10);
  CHECK(together.gather(kPicture, few, &pool).size(0) == 5);
  CHECK(torch::equal(alone.gather(kPicture, few, nullptr), together.on_device(kPicture)));
}

TEST_CASE("on a GPU: inputs are those of the CPU") {
  if (no_gpu()) return;
  const auto memory = noise(100 * 2 * 84 * 84);
  const auto frames = pointers(memory, std::size_t{84} * 84);
  WorkerPool pool(3);
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    InputBuffer here({torch::kCPU, precision}), there({torch::Device("cuda"), precision});
    here.gather(kPicture, frames, nullptr);
    there.gather(kPicture, frames, &pool);
    const Tensor input = there.on_device(kPicture);
    REQUIRE(input.is_cuda());
    CHECK(input.is_contiguous(torch::MemoryFormat::ChannelsLast));
    CHECK(torch::equal(here.on_device(kPicture), input.cpu()));
  }
}

TEST_CASE("on a GPU: recurrent cells and their gradients are those of the CPU") {
  if (no_gpu()) return;
  torch::manual_seed(1);
  constexpr int kSteps = 7, kLanes = 3, kFeatures = 5, kSize = 4;
  for (const RecurrentKind kind : {RecurrentKind::kGru, RecurrentKind::kLstm}) {
    ParameterLayout layout;
    NetBuilder builder{.layout = layout, .features = flat_features(kFeatures)};
    Recurrent cell{.kind = kind, .size = kSize};
    cell.add(builder);
    const Tensor x = torch::randn({kSteps * kLanes, kFeatures});
    const Tensor state = torch::randn({kLanes, cell.state_size()});
    const Tensor d_out = torch::randn({kSteps * kLanes, kSize});
    const Tensor d_state = torch::randn({kLanes, cell.state_size()});
    Tensor keep = torch::ones({kSteps, kLanes});
    keep[2][0] = keep[5][1] = keep[0][2] = 0;
    const auto results = [&](const Backend& backend) {
      Parameters parameters(layout, backend);
      parameters.initialise(Rng(11));
      const auto put = [&](const Tensor& t) { return t.to(backend.device); };
      std::vector<Tensor> inputs = parameters.views();
      inputs.push_back(put(x).detach().clone().requires_grad_(true));
      inputs.push_back(put(state).detach().clone().requires_grad_(true));
      const Sequence s =
          cell.run(parameters.views(), inputs[inputs.size() - 2], inputs.back(), put(keep));
      auto all = torch::autograd::grad({s.output, s.state}, inputs, {put(d_out), put(d_state)});
      all.push_back(s.output);
      all.push_back(s.state);
      return all;
    };
    const auto ours = results({}), theirs = results(kCuda);
    for (std::size_t i = 0; i < ours.size(); ++i) CHECK(difference(ours[i], theirs[i]) < 1e-4);
  }
}

TEST_CASE("on a GPU: optimisers step as on the CPU") {
  if (no_gpu()) return;
  torch::manual_seed(2);
  ParameterLayout layout;
  const InitRule random{.init = Init::kKaimingNormal, .rows = 1, .columns = 4};
  layout.add("frozen", {10, 100}, random);
  layout.add("w", {50, 100}, random);
  layout.add("b", {7}, random);  // decays on neither
  WorkerPool pool(2);
  for (const OptimiserKind kind :
       {OptimiserKind::kSgd, OptimiserKind::kMomentum, OptimiserKind::kAdagrad,
        OptimiserKind::kRmsprop, OptimiserKind::kAdam, OptimiserKind::kAdamw}) {
    const OptimiserOptions options{
        .kind = kind, .eps = 1e-5F, .weight_decay = 0.01F, .max_grad_norm = 20};
    Parameters here(layout, {}), there(layout, kCuda);
    here.initialise(Rng(1));
    there.initialise(Rng(1));
    Optimiser one(options, layout, {}), other(options, layout, kCuda);
    for (int step = 0; step < 5; ++step) {
      if (step == 3)
        for (Optimiser* o : {&one, &other})
          o->learn_only([](const ParameterSpec& spec) { return spec.name != "frozen"; });
      const Tensor g = torch::randn({layout.size()}), h = torch::randn({layout.size()});
      const Tensor host[] = {g, h}, device[] = {g.to(kCuda.device), h.to(kCuda.device)};
      const double norm = one.step(here, host, 0.01, pool);
      CHECK(other.step(there, device, 0.01, pool) == Approx(norm).epsilon(1e-4));
    }
    CHECK(difference(here.flat(), there.flat()) < 1e-4);
  }
}

TEST_CASE("on a GPU: a network says what it says on the CPU") {
  if (no_gpu()) return;
  torch::manual_seed(3);
  NetOptions options;
  for (const char* layer : {"conv 16@8s4", "conv 32@4s2", "dense 256"})
    options.layers.push_back(parse_layer(layer));
  options.input = kPicture;
  const Network network(options, {.actions = 6});
  const auto memory = noise(8 * 2 * 84 * 84);
  const auto frames = pointers(memory, std::size_t{84} * 84);
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const auto output = [&](torch::Device device) {
      const Backend backend{device, precision};
      Parameters parameters(network.layout(), backend);
      parameters.initialise(Rng(4));
      InputBuffer input(backend);
      input.gather(kPicture, frames, nullptr);
      const torch::NoGradGuard no_grad;
      return network.values(parameters.views(), input.on_device(kPicture));
    };
    const Tensor here = output(torch::kCPU), there = output(torch::Device("cuda"));
    const double limit = precision == Precision::kFloat32 ? 0.01 : 0.05;  // TF32, bfloat16
    CHECK(difference(here, there) < limit * here.abs().max().item<double>());
  }
}

TEST_CASE("on a GPU: a policy-value network says what it says on the CPU") {
  if (no_gpu()) return;
  const auto net = std::make_shared<const PolicyValueNet>(PolicyValueOptions{.rows = 7,
                                                                             .columns = 9,
                                                                             .planes = 5,
                                                                             .globals = 2,
                                                                             .actions = 64,
                                                                             .territory = true,
                                                                             .blocks = 3,
                                                                             .channels = 24});
  constexpr int kMost = 70;
  Rng rng(7);
  std::vector<std::uint8_t> planes(kMost * 63 * 5);
  for (std::uint8_t& bit : planes) bit = static_cast<std::uint8_t>(rng.below(2));
  std::vector<float> globals(kMost * 2);
  for (float& value : globals) value = rng.uniform();
  InferenceNet::Workspace here, there;
  for (const std::uint64_t seed : {1, 2}) {  // another network in the same workspace
    const auto judge = [&](const Backend& backend, int rows, InferenceNet::Workspace& workspace) {
      const Backend exact{backend.device, Precision::kFloat32};
      Parameters parameters(net->layout(), exact), statistics(net->statistics(), exact);
      parameters.initialise(Rng(seed));
      statistics.initialise(Rng(seed));
      const torch::NoGradGuard no_grad;
      Tensor answers = torch::zeros({rows * (64 + 1 + 1 + 63)});
      auto* answer = answers.data_ptr<float>();
      InferenceNet(net, parameters, statistics, backend)
          .evaluate({.rows = rows,
                     .planes = planes.data(),
                     .globals = globals.data(),
                     .logits = answer,
                     .value = answer + rows * 64,
                     .margin = answer + rows * 65,
                     .ownership = answer + rows * 66},
                    workspace);
      return answers;
    };
    for (const int rows : {kMost, 1, 16, 17, 5, kMost}) {  // recorded anew, and used again
      const Tensor cpu = judge({torch::kCPU, Precision::kFloat32}, rows, here);
      const Tensor gpu = judge(kCuda, rows, there);
      INFO(rows << " rows, seed " << seed);
      CHECK(difference(cpu, gpu) < 0.01 * cpu.abs().max().item<double>());
    }
  }
}
