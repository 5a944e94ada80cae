#include "agents/agent.hpp"
#include "agents/dqn.hpp"
#include "agents/random.hpp"
#include "core/check.hpp"

namespace tengen {

const std::vector<AgentEntry>& agent_entries() {
  static const std::vector<AgentEntry> kEntries = {
      {"dqn",
       "deep Q-learning; double, dueling, prioritised, n-step, noisy, C51 and QR by switches",
       make_dqn, load_dqn_policy},
      {"random", "uniformly random legal actions", make_random, load_random_policy},
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
