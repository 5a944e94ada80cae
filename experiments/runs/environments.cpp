#include "experiments/runs/environments.hpp"

#include "envs/plugin.hpp"
#include "experiments/remote/entry.hpp"

#include <algorithm>
#include <cstdlib>

namespace tengen {

EnvRegistry make_registry(const std::vector<std::filesystem::path>& plugins) {
  EnvRegistry registry = builtin_envs();
  registry.look_up_addresses(remote_entry);
  if (const char* list = std::getenv("TENGEN_PLUGIN_PATH")) load_plugins(registry, list);
  for (const std::filesystem::path& plugin : plugins) load_plugin(registry, plugin);
  return registry;
}

EnvRegistry make_registry(const std::vector<std::filesystem::path>& plugins, const Recipe& recipe) {
  EnvRegistry registry = make_registry(plugins);
  const bool known = std::ranges::count(registry.entries(), recipe.env, &EnvEntry::id) > 0;
  if (known || recipe.plugins.empty()) return registry;
  std::vector<std::filesystem::path> all = plugins;
  all.insert(all.end(), recipe.plugins.begin(), recipe.plugins.end());
  return make_registry(all);
}

void set_plugins(Config& config, const std::vector<std::filesystem::path>& plugins) {
  if (plugins.empty()) return;
  std::vector<std::string> paths;
  for (const std::filesystem::path& plugin : plugins)
    paths.push_back(std::filesystem::absolute(plugin).string());
  config.set("plugins", std::move(paths));
}

}  // namespace tengen
