// DQN on Pong from the screen with the Nature CNN and minibatches of 32: the whole loop as
// Stable-Baselines3 runs it (one lane, an update every four steps), and the update by itself.
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

// One lane of Pong and an agent that has just started to learn.
class Training {
 public:
  explicit Training(const Config& config)
      : env_(builtin_envs().make("Pong-v0", Config{}, 1, pool_)),
        agent_(find_agent("dqn").make({env_->spec(), 1, config, 0, "cpu", &pool_})) {
    env_->reset(0, agent_->slot());
    step(kLearningStarts + 8);
  }
  void step(int times) {
    for (int i = 0; i < times; ++i) {
      const ActionView action = agent_->act();
      env_->step(action, agent_->slot());
      agent_->learn(logger_);
    }
  }

 private:
  WorkerPool pool_{1};
  Logger logger_;
  std::unique_ptr<VectorEnv> env_;
  std::unique_ptr<Agent> agent_;
};

void bench_loop(const BenchOptions& options, const std::string& precision) {
  const std::string what = "dqn/pong/end to end/" + precision;
  if (!wanted(options, what)) return;
  Training training(dqn_config(precision));
  bench(options, what, "steps/s", 1, [&] {
    training.step(32);
    return std::int64_t{32};
  });
}

// Sixteen updates a step: sampling, target, gradients, optimiser; acting and stepping vanish.
void bench_update(const BenchOptions& options, const std::string& precision) {
  constexpr int kUpdates = 16;
  const std::string what = "dqn/nature/32/" + precision;
  if (!wanted(options, what)) return;
  Config config = dqn_config(precision);
  config.set("agent.train_freq", std::int64_t{1});
  config.set("agent.gradient_steps", std::int64_t{kUpdates});
  Training training(config);
  bench(options, what, "updates/s", 1, [&] {
    training.step(1);
    return std::int64_t{kUpdates};
  });
}

}  // namespace

void bench_training(const BenchOptions& options) {
  for (const char* precision : {"float32", "bfloat16"}) {
    bench_update(options, precision);
    bench_loop(options, precision);
  }
}

}  // namespace tengen
