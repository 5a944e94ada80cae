// Steps 64 games of Pong at once with random actions. This shows the environment's interface on one
// page.
#include "envs/registry.hpp"

#include <fmt/core.h>

int main() {
  using namespace tengen;
  constexpr int kLanes = 64, kSteps = 1000;
  WorkerPool pool(2);
  const auto env = builtin_envs().make("Pong-v1", Config{}, kLanes, pool);
  StepBuffer step(env->spec(), kLanes);  // the memory that the environment writes to
  ActionMemory action(env->spec().action, kLanes);
  const auto actions = static_cast<std::uint32_t>(std::get<Discrete>(env->spec().action).n);
  Rng rng(0);

  int won = 0, lost = 0;
  env->reset(0, step.view());
  for (int t = 0; t < kSteps; ++t) {
    for (std::int32_t& a : action.view().discrete)
      a = static_cast<std::int32_t>(rng.below(actions));
    env->step(action.view(), step.view());
    for (const float reward : step.view().reward) {
      won += reward > 0 ? 1 : 0;
      lost += reward < 0 ? 1 : 0;
    }
  }
  fmt::print("{} steps of {} games: {} points won, {} lost\n", kSteps, kLanes, won, lost);
}
