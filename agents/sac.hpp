// Soft actor-critic, for continuous actions.
#pragma once

#include "agents/agent.hpp"

namespace tengen {

std::unique_ptr<Agent> make_sac(const AgentContext& context);
std::unique_ptr<Policy> load_sac_policy(const AgentContext& context, const ArchiveReader& reader);

}  // namespace tengen
