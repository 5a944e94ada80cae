// Agents as methods of design: they play the environment of the problem until the budget is spent.
#pragma once

#include "agents/design/design_search.hpp"
#include "core/config.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tengen {

/// An agent with settings for budgets of about a thousand designs.
struct DesignAgent {
  const char* name;         ///< as agents/registry.cpp has it
  const char* description;  ///< for people; agents that do alike share it
  int lanes;
  const char* settings;  ///< TOML: the sections [agent] and [net] of a recipe
};
std::span<const DesignAgent> design_agents();

/// Trains an agent from nothing in `env` (with its options) until the search's budget is spent:
/// every episode builds a design, whose simulated reward takes the place of the formulas'. Knobs
/// are turned all at once (`bandit`). Throws UsageError where the agent cannot play the
/// environment.
void design_by_agent(const DesignAgent& agent, std::string_view env, const Config& options,
                     std::uint64_t seed, DesignSearch& search);

/// Lets a trained player build: an actor-critic's policy, or AlphaZero's search with its network.
/// Its best guess is simulated; if that is not the whole budget, designs are drawn, 10,000 from a
/// policy, every tenth choice by chance, or 300 from a search, and the rest goes to the 20 of them
/// that are best by the formulas. Throws UsageError where the model is of another environment or
/// agent.
void design_by_policy(const std::string& model, std::string_view env, const Config& options,
                      std::uint64_t seed, DesignSearch& search);

}  // namespace tengen
