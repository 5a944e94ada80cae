// A run without a program around it, for tests of agents.
#pragma once

#include "agents/registry.hpp"
#include "envs/classic/catch.hpp"
#include "envs/vector_env.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tengen {

/// Environment, agent, and the loop.
template <class E>
struct Run {
  WorkerPool pool;
  BatchedEnv<E> env;
  AgentContext context;
  std::unique_ptr<tengen::Agent> agent;
  Logger logger;

  Run(const std::string& algo, const std::string& settings, int lanes = 4, int threads = 1,
      std::uint64_t seed = 1)
      : pool(threads), env(E{}, lanes, pool) {
    context.env = env.spec();
    context.lanes = lanes;
    context.config = Config::from_string(settings);
    context.seed = seed;
    context.pool = &pool;
    agent = find_agent(algo).make(context);
  }
  void start() { env.reset(context.seed, agent->slot()); }
  void train(std::int64_t steps) {
    const std::int64_t total = agent->steps() + steps;
    while (agent->steps() < total) {
      const ActionView action = agent->act();
      env.step(action, agent->slot());
      agent->learn(logger);
    }
  }
};

/// The values that the trained policy gives states of one number, one lane per state.
inline std::vector<float> values(const Agent& agent, const EnvSpec& spec,
                                 const std::vector<float>& states,
                                 std::vector<std::uint8_t> legal = {}) {
  const int lanes = static_cast<int>(states.size());
  const auto policy = agent.policy(lanes);
  EnvSpec unmasked = spec;
  unmasked.masked = !legal.empty();
  StepBuffer seen(unmasked, lanes);
  std::ranges::copy(legal, seen.view().legal.data.begin());
  for (int i = 0; i < lanes; ++i)
    seen.view().observation.row<float>(i)[0] = states[static_cast<std::size_t>(i)];
  ActionMemory action(spec.action, lanes);
  policy->act(seen.view(), action.view());
  const auto value = policy->insight().value;
  return {value.begin(), value.end()};
}

inline std::vector<std::byte> policy_bytes(const Agent& agent) {
  ArchiveWriter writer;
  agent.save_policy(writer);
  return writer.bytes();
}

/// The mean return of `episodes` episodes, one per lane, of an environment whose episodes all last
/// `steps` steps.
template <class E>
double play(Policy& policy, int episodes, int steps) {
  WorkerPool pool(1);
  BatchedEnv<E> env(E{}, episodes, pool);
  StepBuffer seen(env.spec(), episodes);
  ActionMemory action(env.spec().action, episodes);
  env.reset(99, seen.view());
  double sum = 0;
  for (int step = 0; step < steps; ++step) {
    policy.act(seen.view(), action.view());
    env.step(action.view(), seen.view());
    for (const float r : seen.view().reward) sum += r;
  }
  return sum / episodes;
}

inline double play_catch(Policy& policy) { return play<tengen::Catch>(policy, 200, 9); }

}  // namespace tengen

/// Checks that a run that is saved after `before` steps, and goes on in another agent, ends after
/// `total` with the bytes of one that was never stopped. What the first agent does in `lost`
/// further steps leaves no trace. It stands outside of namespace tengen, where Catch is an
/// environment.
template <class E>
void check_resumed(const std::string& algo, const std::string& settings, std::int64_t before,
                   std::int64_t lost, std::int64_t total) {
  constexpr int kLanes = 8;
  tengen::Run<E> whole(algo, settings, kLanes);
  whole.start();
  whole.train(total);

  const tengen::TempDirectory directory;
  tengen::Run<E> first(algo, settings, kLanes);
  first.start();
  first.train(before);
  tengen::ArchiveWriter writer;
  first.agent->save(writer, directory.path());
  first.env.save(writer, "env");
  first.train(lost);

  tengen::Run<E> second(algo, settings, kLanes);
  const auto reader = tengen::ArchiveReader::from_bytes(writer.bytes(), "run");
  second.agent->load(reader, directory.path());
  second.env.load(reader, "env");
  CHECK(second.agent->steps() == before);
  second.train(total - before);
  CHECK(tengen::policy_bytes(*second.agent) == tengen::policy_bytes(*whole.agent));
}
