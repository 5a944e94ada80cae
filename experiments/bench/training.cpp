// Learning Pong from the screen with the Nature CNN, as Stable-Baselines3 does it. DQN: the whole
// loop (one lane, minibatches of 32, an update every four steps), and the update by itself. PPO and
// A2C: the whole loop with eight lanes and the zoo's settings. And SAC on Pendulum, a whole run
// with RLtools' network, batch and rates.
#include "agents/registry.hpp"
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

// Lanes of a game and an agent that learns on them.
class Training {
 public:
  Training(const std::string& algo, const Config& config, int lanes, int threads,
           const std::string& game = "Pong-v1")
      : pool_(threads),
        env_(builtin_envs().make(game, Config{}, lanes, pool_)),
        agent_(find_agent(algo).make({env_->spec(), lanes, config, 0, "cpu", &pool_})) {
    env_->reset(0, agent_->slot());
  }
  void step(int times) {
    for (int i = 0; i < times; ++i) {
      const ActionView action = agent_->act();
      env_->step(action, agent_->slot());
      agent_->learn(logger_);
    }
  }

 private:
  WorkerPool pool_;
  Logger logger_;
  std::unique_ptr<VectorEnv> env_;
  std::unique_ptr<Agent> agent_;
};

void bench_loop(const BenchOptions& options, const std::string& precision) {
  const std::string what = "dqn/pong/end to end/" + precision;
  if (!wanted(options, what)) return;
  Training training("dqn", dqn_config(precision), 1, 1);
  training.step(kLearningStarts + 8);
  bench(options, what, "steps/s", 1, [&] {
    training.step(32);
    return std::int64_t{32};
  });
}

// There are sixteen updates per step (sampling, target, gradients, optimiser), so that acting and
// stepping hardly count.
void bench_update(const BenchOptions& options, const std::string& precision) {
  constexpr int kUpdates = 16;
  const std::string what = "dqn/nature/32/" + precision;
  if (!wanted(options, what)) return;
  Config config = dqn_config(precision);
  config.set("agent.train_freq", std::int64_t{1});
  config.set("agent.gradient_steps", std::int64_t{kUpdates});
  Training training("dqn", config, 1, 1);
  training.step(kLearningStarts + 8);
  bench(options, what, "updates/s", 1, [&] {
    training.step(1);
    return std::int64_t{kUpdates};
  });
}

struct OnPolicy {
  const char* algo;
  int n_steps;
  const char* settings;
};
constexpr OnPolicy kOnPolicy[] = {
    {"ppo", 128,
     "n_steps = 128\nbatch_size = 256\nn_epochs = 4\nlearning_rate = 2.5e-4\nclip_range = 0.1\n"
     "vf_coef = 0.5\nent_coef = 0.01"},
    {"a2c", 5,
     "n_steps = 5\nlearning_rate = 7e-4\nvf_coef = 0.25\nent_coef = 0.01\noptimizer_eps = 1e-5"}};

// It measures whole rollouts, so that acting and learning have their usual shares.
void bench_on_policy(const BenchOptions& options, const OnPolicy& algorithm,
                     const std::string& precision, int threads) {
  constexpr int kLanes = 8;
  const std::string what =
      fmt::format("{}/pong/end to end/{}{}", algorithm.algo, precision, threads > 1 ? "/2" : "");
  if (!wanted(options, what) || threads > options.threads) return;
  Config config = Config::from_string(fmt::format(
      "[agent]\nframe_stack = 4\nreward_clip = \"sign\"\n{}\n[net]\nbody = \"nature\"\n",
      algorithm.settings));
  config.set("net.precision", precision);
  Training training(algorithm.algo, config, kLanes, threads);
  bench(options, what, "steps/s", threads, [&] {
    training.step(algorithm.n_steps);
    return std::int64_t{algorithm.n_steps} * kLanes;
  });
}

// Every repetition is a whole run, from an empty memory to the last of 10,000 steps.
void bench_sac(const BenchOptions& options) {
  constexpr int kSteps = 10'000;
  const std::string what = "sac/pendulum/10k";
  if (!wanted(options, what)) return;
  const Config config = Config::from_string(
      "[agent]\nlearning_rate = 1e-3\nbatch_size = 100\nbuffer_size = 10_000\n"
      "[net]\nhidden = [64, 64]\n");
  bench(options, what, "steps/s", 1, [&] {
    Training("sac", config, 1, 1, "Pendulum-v1").step(kSteps);
    return std::int64_t{kSteps};
  });
}

}  // namespace

void bench_training(const BenchOptions& options) {
  for (const char* precision : {"float32", "bfloat16"}) {
    bench_update(options, precision);
    bench_loop(options, precision);
    for (const OnPolicy& algorithm : kOnPolicy)
      for (const int threads : {1, 2}) bench_on_policy(options, algorithm, precision, threads);
  }
  bench_sac(options);
}

}  // namespace tengen
