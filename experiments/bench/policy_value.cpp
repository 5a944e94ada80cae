// The network of AlphaZero on a 9x9 board of 16 planes: evaluating positions and learning from
// them.
#include "agents/alphago/policy_value_learner.hpp"
#include "experiments/bench/bench.hpp"

namespace tengen {
namespace {

PolicyValueOptions go(int blocks, int channels, Precision precision) {
  return {.rows = 9,
          .columns = 9,
          .planes = 16,
          .globals = 4,
          .actions = 82,
          .territory = true,
          .blocks = blocks,
          .channels = channels,
          .precision = precision};
}

PolicyValueBatch boards(const PolicyValueOptions& net, int rows) {
  PolicyValueBatch batch(net, rows);
  Rng rng(0);
  for (auto& plane : batch.planes) plane = rng.chance(0.2) ? 1 : 0;
  for (float& p : batch.policy) p = 1.0F / static_cast<float>(net.actions);
  return batch;
}

void bench_judging(const BenchOptions& options, const PolicyValueLearner& learner, int rows,
                   const std::string& net) {
  const PolicyValueOptions& o = learner.network()->options();
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const std::string what =
        fmt::format("policy-value/judge/{}/{}/{}", net, rows, name_of(precision));
    if (!wanted(options, what)) continue;
    const auto player = learner.player({torch::kCPU, precision});
    PolicyValueBatch batch = boards(o, rows);
    std::vector<float> owners(batch.ownership.size());
    InferenceNet::Workspace workspace;
    bench(options, what, "positions/s", 1, [&] {
      player->evaluate({.rows = rows,
                        .planes = batch.planes.data(),
                        .globals = batch.globals.data(),
                        .logits = batch.policy.data(),
                        .value = batch.value.data(),
                        .margin = batch.margin.data(),
                        .ownership = owners.data()},
                       workspace);
      return std::int64_t{rows};
    });
  }
}

void bench_learning(const BenchOptions& options, int blocks, int channels, const std::string& net) {
  constexpr int kRows = 256;
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    for (const int threads : {1, 2}) {
      const std::string what = fmt::format("policy-value/learn/{}/{}{}", net, name_of(precision),
                                           threads > 1 ? "/2" : "");
      if (!wanted(options, what) || threads > options.threads) continue;
      const PolicyValueOptions o = go(blocks, channels, precision);
      PolicyValueLearnerOptions learning;
      learning.shards = threads;
      PolicyValueLearner learner(o, learning, {torch::kCPU, precision}, 0);
      WorkerPool pool(threads);
      const PolicyValueBatch batch = boards(o, kRows);
      bench(options, what, "positions/s", threads, [&] {
        learner.step(batch, 1e-4, pool);
        return std::int64_t{kRows};
      });
    }
  }
}

}  // namespace

void bench_policy_value(const BenchOptions& options) {
  for (const auto& [blocks, channels] : {std::pair{4, 32}, std::pair{6, 64}}) {
    const std::string net = fmt::format("{}x{}", blocks, channels);
    const PolicyValueLearner learner(go(blocks, channels, Precision::kFloat32), {},
                                     {torch::kCPU, Precision::kFloat32}, 0);
    for (const int rows : {1, 8, 64, 256}) bench_judging(options, learner, rows, net);
    bench_learning(options, blocks, channels, net);
  }
}

}  // namespace tengen
