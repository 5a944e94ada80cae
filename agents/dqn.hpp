// Deep Q-learning and its improvements, each a switch.
#pragma once

#include "agents/agent.hpp"

namespace tengen {

std::unique_ptr<Agent> make_dqn(const AgentContext& context);
std::unique_ptr<Policy> load_dqn_policy(const AgentContext& context, const ArchiveReader& reader);

}  // namespace tengen
