#include "nets/optimisers.hpp"

#include "tests/catch.hpp"

#include <torch/nn.h>
#include <torch/optim.h>
#include <algorithm>
#include <memory>

using namespace tengen;

namespace {

constexpr std::int64_t kSize = 10'000;  // several pieces, the last one cut

const InitRule kRandom{.init = Init::kKaimingNormal, .rows = 1, .columns = 4};

ParameterLayout one_weight() {
  ParameterLayout layout;
  layout.add("w", {1, kSize}, kRandom);
  return layout;
}

Tensor gradient_of(const Tensor& w, int step) {  // of a bowl that moves
  return (w - 0.1 * step) * torch::linspace(0.1, 2, w.numel());
}

constexpr OptimiserKind kKinds[] = {OptimiserKind::kSgd,     OptimiserKind::kMomentum,
                                    OptimiserKind::kAdagrad, OptimiserKind::kRmsprop,
                                    OptimiserKind::kAdam,    OptimiserKind::kAdamw};

using Reference = std::unique_ptr<torch::optim::Optimizer>;

// Largest difference after 20 steps of ours and torch's.
double compare(const OptimiserOptions& options, double rate,
               const std::function<Reference(std::vector<Tensor>)>& make) {
  WorkerPool pool(2);
  Parameters ours(one_weight(), {});
  ours.initialise(Rng(1));
  Optimiser optimiser(options, ours.layout(), {});
  Tensor theirs = ours.exact_views()[0].clone().requires_grad_(true);
  const Reference reference = make({theirs});
  for (int step = 0; step < 20; ++step) {
    const Tensor gradient = torch::zeros({ours.layout().size()});
    gradient.narrow(0, 0, kSize).copy_(gradient_of(ours.exact_views()[0], step)[0]);
    const double norm = optimiser.step(ours, std::span(&gradient, 1), rate, pool);
    CHECK(norm == Approx(gradient.norm().item<double>()).epsilon(1e-5));
    theirs.mutable_grad() = gradient_of(theirs.detach(), step);
    if (options.max_grad_norm > 0)
      torch::nn::utils::clip_grad_norm_({theirs}, options.max_grad_norm);
    reference->step();
  }
  return (theirs.detach() - ours.exact_views()[0]).abs().max().item<double>();
}

}  // namespace

TEST_CASE("optimisers do what torch.optim does") {
  using namespace torch::optim;
  const double rate = 0.01;
  OptimiserOptions o;
  o.kind = OptimiserKind::kSgd;
  o.weight_decay = 0.1F;
  CHECK(compare(o, rate, [&](auto w) {
          return std::make_unique<SGD>(w, SGDOptions(rate).weight_decay(0.1));
        }) < 1e-5);
  o = {.kind = OptimiserKind::kMomentum, .momentum = 0.8F};
  CHECK(compare(o, rate, [&](auto w) {
          return std::make_unique<SGD>(w, SGDOptions(rate).momentum(0.8));
        }) < 1e-5);
  o = {.kind = OptimiserKind::kAdagrad, .eps = 1e-10F};
  CHECK(compare(o, rate,
                [&](auto w) { return std::make_unique<Adagrad>(w, AdagradOptions(rate)); }) < 1e-5);
  for (const bool centred : {false, true}) {
    o = {.kind = OptimiserKind::kRmsprop, .alpha = 0.95F, .centred = centred, .eps = 0.01F};
    CHECK(compare(o, rate, [&](auto w) {
            return std::make_unique<RMSprop>(
                w, RMSpropOptions(rate).alpha(0.95).eps(0.01).centered(centred));
          }) < 1e-5);
  }
  o = {.kind = OptimiserKind::kAdam, .weight_decay = 0.1F, .max_grad_norm = 1};
  CHECK(compare(o, rate, [&](auto w) {
          return std::make_unique<Adam>(w, AdamOptions(rate).weight_decay(0.1));
        }) < 1e-5);
  o = {.kind = OptimiserKind::kAdamw, .weight_decay = 0.1F};
  CHECK(compare(o, rate, [&](auto w) {
          return std::make_unique<AdamW>(w, AdamWOptions(rate).weight_decay(0.1));
        }) < 1e-5);
}

TEST_CASE("L1 pulls towards zero, by its own amount") {
  WorkerPool pool(1);
  Parameters parameters(one_weight(), {});
  parameters.initialise(Rng(1));
  const Tensor before = parameters.flat().clone();
  Optimiser optimiser({.kind = OptimiserKind::kSgd, .l1 = 0.5F}, parameters.layout(), {});
  const Tensor zero = torch::zeros_like(before);
  optimiser.step(parameters, std::span(&zero, 1), 0.01, pool);
  CHECK(torch::allclose(parameters.flat(), before - 0.005 * before.sign()));
}

TEST_CASE("a step does not depend on threads, nor on how bfloat16 shards are cut") {
  const Backend backend{torch::kCPU, Precision::kBfloat16};
  std::vector<Tensor> results;
  for (const int threads : {1, 2, 3}) {
    WorkerPool pool(threads);
    Parameters parameters(one_weight(), backend);
    parameters.initialise(Rng(1));
    Optimiser optimiser({.max_grad_norm = 1}, parameters.layout(), backend);
    torch::manual_seed(0);
    const std::vector<Tensor> shards{
        torch::randn({parameters.layout().size()}).to(torch::kBFloat16),
        torch::randn({parameters.layout().size()}).to(torch::kBFloat16)};
    optimiser.step(parameters, shards, 0.1, pool);
    CHECK(torch::equal(parameters.compute_flat(), parameters.flat().to(torch::kBFloat16)));
    results.push_back(parameters.flat());
  }
  CHECK(torch::equal(results[0], results[1]));
  CHECK(torch::equal(results[0], results[2]));
}

TEST_CASE("moments that fade away are the same bytes with any number of threads") {
  const ComputeScope scope;  // as a learner's thread has it
  std::vector<std::vector<std::byte>> results;
  for (const int threads : {1, 2}) {
    WorkerPool pool(threads);
    Parameters parameters(one_weight(), {});
    Optimiser optimiser({.kind = OptimiserKind::kMomentum}, parameters.layout(), {});
    Tensor gradient = torch::full({parameters.layout().size()}, 1e-37F);
    for (int step = 0; step < 200; ++step) {  // 0.9^200 takes it below the smallest normal number
      optimiser.step(parameters, std::span(&gradient, 1), 0.1, pool);
      gradient.zero_();
    }
    ArchiveWriter writer;
    optimiser.save(writer, "optimiser");
    results.push_back(writer.bytes());
  }
  const bool same = results[0] == results[1];  // bytes have no operator<< for a report
  CHECK(same);
}

TEST_CASE("what decays are weights, not biases, scales of normalisations or temperatures") {
  const bool decay_all = GENERATE(false, true);  // with it, these too
  ParameterLayout layout;
  for (const char* name : {"a", "b"}) {
    layout.add(std::string(name) + ".weight", {30, 200}, kRandom);
    layout.add(std::string(name) + ".bias", {5}, kRandom);
    layout.add(std::string(name) + ".gamma", {30}, kRandom);
  }
  layout.add("kernel", {4, 2, 3, 3}, kRandom);
  layout.add("temperature", {1}, kRandom);
  WorkerPool pool(2);
  for (const OptimiserKind kind : kKinds) {
    for (const bool l1 : {false, true}) {
      Parameters parameters(layout, {});
      parameters.initialise(Rng(1));
      const Parameters before = [&] {
        Parameters copy(layout, {});
        copy.copy_from(parameters);
        return copy;
      }();
      OptimiserOptions options{.kind = kind, .decay_all = decay_all};
      (l1 ? options.l1 : options.weight_decay) = 0.5F;
      Optimiser optimiser(options, layout, {});
      const Tensor zero = torch::zeros({layout.size()});
      for (int i = 0; i < 3; ++i) optimiser.step(parameters, std::span(&zero, 1), 0.01, pool);
      for (std::size_t i = 0; i < layout.specs().size(); ++i) {
        INFO(static_cast<int>(kind) << l1 << decay_all << " " << layout.specs()[i].name);
        const Tensor was = before.exact_views()[i], is = parameters.exact_views()[i];
        if (!decay_all && layout.specs()[i].shape.size() == 1)
          CHECK(torch::equal(was, is));
        else
          CHECK(is.abs().sum().item<double>() < was.abs().sum().item<double>());
      }
    }
  }
}

TEST_CASE("what is not learnt keeps its bits, moments included, and the rest does not notice") {
  const Backend backend{torch::kCPU, Precision::kBfloat16};
  ParameterLayout layout;
  layout.add("policy.weight", {30, 200}, kRandom);
  layout.add("policy.bias", {5}, kRandom);
  layout.add("value.weight", {70, 100}, kRandom);
  layout.add("value.bias", {7}, kRandom);
  WorkerPool pool(2);
  const auto value_only = [](const ParameterSpec& spec) { return spec.name.starts_with("value"); };
  for (const OptimiserKind kind : kKinds) {
    INFO(static_cast<int>(kind));
    const OptimiserOptions options{.kind = kind, .centred = true, .weight_decay = 0.1F};
    Parameters free(layout, backend), held(layout, backend);
    Optimiser one(options, layout, backend), other(options, layout, backend);
    free.initialise(Rng(1));
    held.initialise(Rng(1));
    const auto saved = [&] {
      ArchiveWriter writer;
      other.save(writer, "o");
      return ArchiveReader::from_bytes(writer.bytes(), "o");
    };
    const auto step = [&](int i) {
      torch::manual_seed(i);
      const Tensor gradient = torch::randn({layout.size()});
      one.step(free, std::span(&gradient, 1), 0.01, pool);
      other.step(held, std::span(&gradient, 1), 0.01, pool);
    };
    step(0);
    const Tensor before = held.flat().clone(), copy = held.compute_flat().clone();
    const ArchiveReader moments = saved();
    other.learn_only(value_only);
    for (int i = 1; i < 4; ++i) step(i);
    const std::int64_t cut = layout.specs()[2].offset, rest = layout.size() - cut;
    CHECK(torch::equal(held.flat().narrow(0, 0, cut), before.narrow(0, 0, cut)));
    CHECK(torch::equal(held.compute_flat().narrow(0, 0, cut), copy.narrow(0, 0, cut)));
    CHECK(torch::equal(held.flat().narrow(0, cut, rest), free.flat().narrow(0, cut, rest)));
    CHECK_FALSE(torch::equal(held.flat().narrow(0, 0, cut), free.flat().narrow(0, 0, cut)));
    const ArchiveReader after = saved();
    for (const char* record : {"o/first", "o/second"}) {
      if (!after.has(record)) continue;
      const auto then = moments.bytes(record), now = after.bytes(record);
      const auto held_bytes = static_cast<std::size_t>(cut) * sizeof(float);
      CHECK(std::ranges::equal(then.first(held_bytes), now.first(held_bytes)));
      CHECK_FALSE(std::ranges::equal(then, now));
    }
    other.restart();
    CHECK(other.steps() == 0);
    ArchiveWriter restarted, fresh;
    other.save(restarted, "o");
    Optimiser(options, layout, backend).save(fresh, "o");
    CHECK((restarted.bytes() == fresh.bytes()));
  }
}
