// tengen list envs|games|agents|recipes|models: what there is.
#include "agents/registry.hpp"
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/environments.hpp"
#include "experiments/runs/games.hpp"
#include "experiments/runs/model.hpp"

#include <algorithm>
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

std::vector<Item> list_games(const SharedOptions&) {
  std::vector<Item> items;
  for (const GameEntry& entry : game_entries()) items.push_back({entry.id, entry.description});
  return items;
}

std::vector<Item> list_agents(const SharedOptions&) {
  std::vector<Item> items;
  for (const AgentEntry& entry : agent_entries()) items.push_back({entry.name, entry.description});
  return items;
}

std::vector<Item> list_recipes_found(const SharedOptions&) {
  std::vector<Item> items;
  for (RecipeInfo& recipe : list_recipes())
    items.push_back({std::move(recipe.name), std::move(recipe.description)});
  return items;
}

// "Pong-v1, 400000 steps of dqn, mean reward 19.8"; "Go-v0, 50000 games of alphazero"
std::string model_description(const std::string& name) {
  const ModelFacts facts =
      model_facts(model_info(ArchiveReader::read_file(find_model(name, RunPlayer::kBest))));
  std::string text =
      fmt::format("{}, {} {} of {}", facts.plays, facts.trained, facts.unit, facts.algo);
  if (facts.mean_reward) text += fmt::format(", mean reward {:.4g}", *facts.mean_reward);
  return text;
}

std::vector<Item> list_models_found(const SharedOptions&) {
  std::vector<Item> items;
  for (const std::string& name : list_models()) items.push_back({name, model_description(name)});
  return items;
}

struct Kind {
  const char* name;
  std::vector<Item> (*items)(const SharedOptions&);
};
constexpr Kind kKinds[] = {{"envs", list_envs},
                           {"games", list_games},
                           {"agents", list_agents},
                           {"recipes", list_recipes_found},
                           {"models", list_models_found}};

void print(const std::vector<Item>& items, bool json) {
  std::size_t width = 0;
  for (const Item& item : items) width = std::max(width, item.name.size());
  for (const Item& item : items) {
    if (json)
      print_out("{}\n",
                nlohmann::json{{"name", item.name}, {"description", item.description}}.dump());
    else
      print_out("{:{}}  {}\n", item.name, width, item.description);
  }
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<SharedOptions>();
  add_shared(*command, *options, {Shared::kJson, Shared::kPlugins});
  const auto what = std::make_shared<std::string>();
  command->add_option("WHAT", *what, "envs, games, agents, recipes or models")->required();
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

}  // namespace

extern const Command kList{.name = "list",
                           .description = "What there is: envs, games, agents, recipes, models",
                           .add_options = add_options};

}  // namespace tengen
