#pragma once

#include "agents/agent.hpp"

namespace tengen {

std::unique_ptr<Agent> make_reinforce(const AgentContext& context);
std::unique_ptr<Policy> load_reinforce_policy(const AgentContext& context,
                                              const ArchiveReader& reader);

}  // namespace tengen
