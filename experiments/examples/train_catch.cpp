// DQN learns to catch a falling ball: the training loop on one page.
#include "agents/registry.hpp"
#include "envs/registry.hpp"

#include <fmt/core.h>

using namespace tengen;

// The mean return over `games` games.
double evaluate(VectorEnv& env, Policy& policy, int games) {
  StepBuffer step(env.spec(), env.size());
  ActionMemory action(env.spec().action, env.size());
  double sum = 0;
  env.reset(2, step.view());
  for (int played = 0; played < games;) {
    policy.act(step.view(), action.view());
    env.step(action.view(), step.view());
    for (int lane = 0; lane < env.size(); ++lane) {
      sum += step.view().reward[static_cast<std::size_t>(lane)];
      played += step.view().ended(lane) ? 1 : 0;
    }
  }
  return sum / games;
}

int main() {
  constexpr int kLanes = 8, kSteps = 20'000;
  const Config recipe = Config::from_string(R"(
    steps = 20_000
    [agent]
    learning_rate = 1e-3
    buffer_size = 10_000
    target_update_interval = 500
    [net]
    hidden = [64]
  )");
  WorkerPool pool(1);
  const auto env = builtin_envs().make("Catch-v0", Config{}, kLanes, pool);
  const auto agent = find_agent("dqn").make(
      {.env = env->spec(), .lanes = kLanes, .config = recipe, .seed = 1, .pool = &pool});
  Logger logger;

  env->reset(1, agent->slot());
  while (agent->steps() < kSteps) {
    const ActionView action = agent->act();  // for the newest observation
    env->step(action, agent->slot());        // the environment writes where the agent reads
    agent->learn(logger);                    // takes the step in; updates when it is time
  }

  const auto policy = agent->policy(kLanes);
  fmt::print("mean reward after {} steps: {:.2f}\n", kSteps, evaluate(*env, *policy, 1000));
}
