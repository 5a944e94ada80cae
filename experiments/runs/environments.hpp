// The environments that a run or a command can name: those that ship, and plug-ins.
#pragma once

#include "envs/registry.hpp"
#include "experiments/runs/recipe.hpp"

#include <filesystem>
#include <vector>

namespace tengen {

/// The environments that ship, those of the given plug-ins, those of TENGEN_PLUGIN_PATH
/// (libraries, or folders of them, separated by colons), and those at any address. Throws Error
/// where a plug-in does not load.
EnvRegistry make_registry(const std::vector<std::filesystem::path>& plugins);
/// As above. Where these do not have the recipe's environment, the recipe's own plug-ins are loaded
/// as well.
EnvRegistry make_registry(const std::vector<std::filesystem::path>& plugins, const Recipe& recipe);

/// If there are any `plugins`, sets the recipe's key of that name to their absolute paths.
void set_plugins(Config& config, const std::vector<std::filesystem::path>& plugins);

}  // namespace tengen
