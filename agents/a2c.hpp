#pragma once

#include "agents/agent.hpp"

namespace tengen {

std::unique_ptr<Agent> make_a2c(const AgentContext& context);
std::unique_ptr<Policy> load_a2c_policy(const AgentContext& context, const ArchiveReader& reader);

}  // namespace tengen
