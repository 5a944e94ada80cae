#include "agents/agent.hpp"
#include "agents/algorithms.hpp"
#include "agents/r2d2.hpp"
#include "agents/random.hpp"
#include "core/check.hpp"

namespace tengen {

const std::vector<AgentEntry>& agent_entries() {
  static const std::vector<AgentEntry> kEntries = {
      {"a2c", "advantage actor-critic: one step a rollout", make_a2c, load_a2c_policy},
      {"dqn",
       "deep Q-learning; double, dueling, prioritised, n-step, noisy, C51 and QR by switches",
       make_dqn, load_dqn_policy},
      {"impala", "actor and learner side by side, V-trace between them", make_impala,
       load_impala_policy, true},
      {"ppo", "proximal policy optimisation: epochs of clipped minibatches a rollout", make_ppo,
       load_ppo_policy},
      {"r2d2", "deep Q-learning with memory: prioritised sequences, stored state, burn-in",
       make_r2d2, load_r2d2_policy},
      {"random", "uniformly random legal actions", make_random, load_random_policy},
      {"reinforce", "the policy gradient from whole episodes' returns", make_reinforce,
       load_reinforce_policy},
      {"sac", "soft actor-critic: continuous actions, from replay", make_sac, load_sac_policy},
  };
  return kEntries;
}

const AgentEntry& find_agent(std::string_view name) {
  std::vector<std::string> names;
  for (const AgentEntry& entry : agent_entries()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw UsageError("{}", unknown_name("agent", name, names));
}

}  // namespace tengen
