// tengen list envs|agents|recipes|models: what there is.
#include "agents/agent.hpp"
#include "experiments/commands.hpp"
#include "experiments/common.hpp"

#include <nlohmann/json.hpp>

namespace tengen {
namespace {

struct Item {
  std::string name, description;
};

std::vector<Item> list_envs(const SharedOptions& options) {
  std::vector<Item> items;
  const EnvRegistry registry = make_registry(options.plugins);
  for (const EnvEntry& entry : registry.entries()) items.push_back({entry.id, entry.description});
  return items;
}

std::vector<Item> list_agents(const SharedOptions&) {
  std::vector<Item> items;
  for (const AgentEntry& entry : agent_entries()) items.push_back({entry.name, entry.description});
  return items;
}

struct Kind {
  const char* name;
  std::vector<Item> (*items)(const SharedOptions&);
};
constexpr Kind kKinds[] = {{"envs", list_envs}, {"agents", list_agents}};

void print(const std::vector<Item>& items, bool json) {
  std::size_t width = 0;
  for (const Item& item : items) width = std::max(width, item.name.size());
  for (const Item& item : items) {
    if (json)
      fmt::print("{}\n",
                 nlohmann::json{{"name", item.name}, {"description", item.description}}.dump());
    else
      fmt::print("{:{}}  {}\n", item.name, width, item.description);
  }
}

}  // namespace

void add_list_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("list", "What there is: envs, agents, recipes, models");
  const auto options = std::make_shared<SharedOptions>();
  add_shared(*command, *options, {Shared::kJson, Shared::kPlugins});
  const auto what = std::make_shared<std::string>();
  command->add_option("WHAT", *what, "envs, agents, recipes or models")->required();
  command->footer("Example:\n  tengen list envs --plugin libmy_env.so");
  command->callback([options, what] {
    std::vector<std::string> names;
    for (const Kind& kind : kKinds) {
      if (*what == kind.name) return print(kind.items(*options), options->json);
      names.emplace_back(kind.name);
    }
    throw UsageError("{}", unknown_name("list", *what, names));
  });
}

}  // namespace tengen
