// The environments that a run or a command can name: those that ship, and plug-ins.
#pragma once

#include "envs/registry.hpp"
#include "experiments/runs/recipe.hpp"

#include <filesystem>
#include <vector>

namespace tengen {

/// The environments that ship and those of the given plug-ins and of TENGEN_PLUGIN_PATH
/// (colon-separated libraries or folders of them). Throws Error where a plug-in does not load.
EnvRegistry make_registry(const std::vector<std::filesystem::path>& plugins);
/// As above, and the recipe's own plug-ins where the others do not bring its environment.
EnvRegistry make_registry(const std::vector<std::filesystem::path>& plugins, const Recipe& recipe);

/// Has a recipe name these plug-ins, if there are any, instead of those that it names.
void set_plugins(Config& config, const std::vector<std::filesystem::path>& plugins);

}  // namespace tengen
