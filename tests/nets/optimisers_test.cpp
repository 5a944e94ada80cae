#include "nets/optimisers.hpp"

#include "tests/catch.hpp"

#include <memory>
#include <torch/nn.h>
#include <torch/optim.h>

using namespace tengen;

namespace {

constexpr std::int64_t kSize = 10'000;  // several pieces, the last one cut

ParameterLayout one_vector() {
  ParameterLayout layout;
  layout.add("w", {kSize}, {.init = Init::kKaimingNormal, .rows = 1, .columns = 4});
  return layout;
}

Tensor gradient_of(const Tensor& w, int step) {  // of a bowl that moves
  return (w - 0.1 * step) * torch::linspace(0.1, 2, w.numel());
}

using Reference = std::unique_ptr<torch::optim::Optimizer>;

// Largest difference after 20 steps of ours and torch's.
double compare(const OptimiserOptions& options, double rate,
               const std::function<Reference(std::vector<Tensor>)>& make) {
  WorkerPool pool(2);
  Parameters ours(one_vector(), {});
  ours.initialise(Rng(1));
  Optimiser optimiser(options, ours.layout(), {});
  Tensor theirs = ours.exact_views()[0].clone().requires_grad_(true);
  const Reference reference = make({theirs});
  for (int step = 0; step < 20; ++step) {
    const Tensor gradient = torch::zeros({ours.layout().size()});
    gradient.narrow(0, 0, kSize).copy_(gradient_of(ours.exact_views()[0], step));
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
  Parameters parameters(one_vector(), {});
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
    Parameters parameters(one_vector(), backend);
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
    Parameters parameters(one_vector(), {});
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
