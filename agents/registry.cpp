#include "agents/registry.hpp"

#include "core/check.hpp"

namespace tengen {

// The list, one line a learner, by name: NAME_entry() is at the end of the learner's own file.
// clang-format off
#define TENGEN_LEARNERS(entry_of) \
  entry_of(a2c) \
  entry_of(alphago) \
  entry_of(alphazero) \
  entry_of(dqn) \
  entry_of(impala) \
  entry_of(ppo) \
  entry_of(r2d2) \
  entry_of(random) \
  entry_of(reinforce) \
  entry_of(sac)
// clang-format on

#define TENGEN_DECLARE(name) AgentEntry name##_entry();
TENGEN_LEARNERS(TENGEN_DECLARE)
#undef TENGEN_DECLARE

const std::vector<AgentEntry>& agent_entries() {
#define TENGEN_ROW(name) name##_entry(),
  static const std::vector<AgentEntry> kEntries = {TENGEN_LEARNERS(TENGEN_ROW)};
#undef TENGEN_ROW
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

bool AgentEntry::takes(const ActionSpace& space) const {
  const bool discrete = std::holds_alternative<Discrete>(space);
  return actions == ActionKind::kAny || discrete == (actions == ActionKind::kDiscrete);
}

void AgentEntry::check(const AgentContext& context) const {
  if (from_games())
    throw UsageError("{} learns from whole games; {} is played step by step", name,
                     context.env.name);
  if (takes(context.env.action)) return;
  std::string others;
  for (const AgentEntry& entry : agent_entries())
    if (!entry.from_games() && entry.takes(context.env.action))
      others += (others.empty() ? "" : ", ") + entry.name;
  if (actions == ActionKind::kDiscrete)
    throw UsageError("{} chooses among discrete actions; {} has continuous ones ({})", name,
                     context.env.name, others);
  throw UsageError("{} chooses continuous actions; those of {} are discrete ({})", name,
                   context.env.name, others);
}

std::unique_ptr<Agent> AgentEntry::make(const AgentContext& context) const {
  check(context);
  return agent(context);
}

std::unique_ptr<Policy> AgentEntry::load_policy(const AgentContext& context,
                                                const ArchiveReader& reader) const {
  check(context);
  return policy(context, reader);
}

}  // namespace tengen
