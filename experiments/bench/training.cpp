// The whole loop: DQN on Pong from the screen as Stable-Baselines3 runs it, one lane, Nature CNN,
// an update of 32 every four steps.
#include "agents/agent.hpp"
#include "envs/registry.hpp"
#include "experiments/bench/bench.hpp"

namespace tengen {
namespace {

constexpr int kLearningStarts = 1000;

Config dqn_config(const std::string& precision) {
  Config config = Config::from_string(fmt::format(
      "[agent]\nframe_stack = 4\nbuffer_size = 100_000\nlearning_starts = {}\nbatch_size = 32\n"
      "train_freq = 4\ntarget_update_interval = 1_000\nreward_clip = \"sign\"\n"
      "[net]\nbody = \"nature\"\n",
      kLearningStarts));
  config.set("net.precision", precision);
  return config;
}

void bench_dqn_on_pong(const BenchOptions& options, const std::string& precision) {
  const std::string what = "dqn/pong/end to end/" + precision;
  if (!wanted(options, what)) return;
  WorkerPool pool(1);
  const auto env = builtin_envs().make("Pong-v0", Config{}, 1, pool);
  const auto agent =
      find_agent("dqn").make({env->spec(), 1, dqn_config(precision), 0, "cpu", &pool});
  Logger logger;
  env->reset(0, agent->slot());
  const auto steps = [&](int n) {
    for (int i = 0; i < n; ++i) {
      const ActionView action = agent->act();
      env->step(action, agent->slot());
      agent->learn(logger);
    }
    return std::int64_t{n};
  };
  steps(kLearningStarts + 8);
  bench(options, what, "steps/s", 1, [&] { return steps(32); });
}

}  // namespace

void bench_training(const BenchOptions& options) {
  bench_dqn_on_pong(options, "float32");
  bench_dqn_on_pong(options, "bfloat16");
}

}  // namespace tengen
