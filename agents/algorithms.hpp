// The algorithms, one file each: what the registry lists.
#pragma once

#include "agents/agent.hpp"

namespace tengen {

std::unique_ptr<Agent> make_a2c(const AgentContext& context);
std::unique_ptr<Policy> load_a2c_policy(const AgentContext& context, const ArchiveReader& reader);

std::unique_ptr<Agent> make_dqn(const AgentContext& context);
std::unique_ptr<Policy> load_dqn_policy(const AgentContext& context, const ArchiveReader& reader);

std::unique_ptr<Agent> make_impala(const AgentContext& context);
std::unique_ptr<Policy> load_impala_policy(const AgentContext& context,
                                           const ArchiveReader& reader);

std::unique_ptr<Agent> make_ppo(const AgentContext& context);
std::unique_ptr<Policy> load_ppo_policy(const AgentContext& context, const ArchiveReader& reader);

std::unique_ptr<Agent> make_reinforce(const AgentContext& context);
std::unique_ptr<Policy> load_reinforce_policy(const AgentContext& context,
                                              const ArchiveReader& reader);

std::unique_ptr<Agent> make_sac(const AgentContext& context);
std::unique_ptr<Policy> load_sac_policy(const AgentContext& context, const ArchiveReader& reader);

}  // namespace tengen
