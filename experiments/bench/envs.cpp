// Environment steps per second under random actions: the whole vectorised step, with observations
// written.
#include "experiments/bench/bench.hpp"

#include "core/rng.hpp"
#include "envs/registry.hpp"

namespace tengen {
namespace {

// Random actions are drawn before the clock starts, since a table costs less than a generator.
class RandomActions {
 public:
  RandomActions(const ActionSpace& space, int lanes)
      : lanes_(static_cast<std::size_t>(lanes)), table_(lanes_ * kRows) {
    Rng rng(1);
    const auto n = static_cast<std::uint32_t>(std::get<Discrete>(space).n);
    for (std::int32_t& action : table_) action = static_cast<std::int32_t>(rng.below(n));
  }
  ActionView next() {
    row_ = (row_ + 1) % kRows;
    return {std::span(table_).subspan(row_ * lanes_, lanes_), {}};
  }

 private:
  static constexpr std::size_t kRows = 256;
  std::size_t lanes_, row_ = 0;
  std::vector<std::int32_t> table_;
};

void bench_env(const BenchOptions& options, const EnvRegistry& registry, const std::string& id,
               int lanes, int threads) {
  const std::string what = id + "/" + std::to_string(lanes) + " lanes";
  if (!wanted(options, what)) return;
  WorkerPool pool(threads);
  const auto env = registry.make(id, Config{}, lanes, pool);
  StepBuffer buffer(env->spec(), lanes);
  RandomActions actions(env->spec().action, lanes);
  env->reset(0, buffer.view());
  bench(options, what, "steps/s", threads, [&] {
    for (int i = 0; i < 64; ++i) env->step(actions.next(), buffer.view());
    return std::int64_t{64} * lanes;
  });
}

}  // namespace

void bench_envs(const BenchOptions& options) {
  const EnvRegistry registry = builtin_envs();
  struct Case {
    const char* id;
    int lanes;
  };
  constexpr Case kCases[] = {
      {"CartPole-v1", 64},     {"CartPole-v1", 1024},    {"Pong-v1", 8},    {"Pong-v1", 64},
      {"Breakout-v1", 8},      {"Breakout-v1", 64},      {"Freeway-v1", 8}, {"Freeway-v1", 64},
      {"SpaceInvaders-v0", 8}, {"SpaceInvaders-v0", 64}, {"KungFu-v0", 8},  {"KungFu-v0", 64}};
  for (const Case& c : kCases) {
    bench_env(options, registry, c.id, c.lanes, 1);
    if (options.threads > 1) bench_env(options, registry, c.id, c.lanes, options.threads);
  }
}

}  // namespace tengen
