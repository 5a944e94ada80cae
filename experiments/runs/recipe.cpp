#include "experiments/runs/recipe.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/system/output.hpp"
#include "experiments/remote/address.hpp"
#include "experiments/runs/data_directory.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace fs = std::filesystem;

namespace tengen {

namespace {

// The mean reward at which training ends; infinity: at none.
double read_goal(const Config& config) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr const char* kKey = "stop_at_reward";
  if (!config.has(kKey) || !config.numbers(kKey).empty())
    return config.get<double>(kKey, kInfinity, -kInfinity, kInfinity);
  if (const auto word = config.get<std::string>(kKey, ""); word != "none")
    throw UsageError("{} = \"{}\": must be a number or \"none\"", kKey, excerpt(word));
  return kInfinity;
}

}  // namespace

Recipe Recipe::from_config(Config config, std::string_view default_name) {
  constexpr std::int64_t kMany = std::numeric_limits<std::int64_t>::max();
  Recipe r;
  r.name = config.get<std::string>("name", std::string(default_name));
  if (r.name.empty() || r.name.find('/') != std::string::npos || r.name.starts_with("."))
    throw UsageError("name = \"{}\": must be usable as a folder's name", excerpt(r.name));
  const auto need = [&](const char* key) {
    if (!config.has(key)) throw UsageError("recipe '{}' does not set '{}'", r.name, key);
    return config.get<std::string>(key, "");
  };
  r.algo = need("algo");
  const bool games = r.self_play();
  r.env = need(games ? "game.id" : "env.id");
  r.device = config.get<std::string>("device", "cpu");
  r.plugins = config.get<std::vector<std::string>>("plugins", {});
  r.steps = config.get<std::int64_t>("steps", 100'000, 1, kMany);
  r.seed = config.get<std::uint64_t>("seed", 0);
  r.eval_freq = config.get<std::int64_t>("eval_freq", 10'000, 0, kMany);
  r.n_envs = 1;
  r.log_freq = 1;  // self-play writes metrics after every cycle
  r.stop_at_reward = std::numeric_limits<double>::infinity();
  if (!games) {
    r.n_envs = config.get<int>("n_envs", r.n_envs, 1, 65'536);
    r.log_freq = config.get<std::int64_t>("log_freq", 1'000, 1, kMany);
    r.stop_at_reward = read_goal(config);
  }
  r.eval_episodes = config.get<int>("eval_episodes", games ? 100 : 10, 1, 100'000);
  r.checkpoint_freq = config.get<std::int64_t>("checkpoint_freq", games ? 1 : 10'000, 0, kMany);
  r.config = std::move(config);
  return r;
}

bool Recipe::self_play() const { return find_agent(algo).from_games(); }

Config judged_under(const Conditions& conditions, const Config& recipe) {
  Config judged = recipe;
  for (const auto& [key, value] : conditions.settings) judged.set("judged." + key, value);
  return judged.overlaid("judged", "eval_env").overlaid("env", "judged");
}

std::string judged_text(const Config& judged) {
  std::string text = judged.section("judged").to_toml();
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at))
    text.replace(at, 1, at + 1 == text.size() ? "" : ", ");
  return text;
}

fs::path find_recipe(const std::string& name_or_path) {
  const fs::path named = data_directory("recipes") / (name_or_path + ".toml");
  std::error_code ignored;
  if (name_or_path.find('/') == std::string::npos && fs::exists(named, ignored)) return named;
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml")) {
    if (fs::exists(name_or_path, ignored)) return name_or_path;
    throw UsageError("there is no recipe file '{}'", excerpt(name_or_path));
  }
  std::vector<std::string> names;
  for (const RecipeInfo& recipe : list_recipes()) names.push_back(recipe.name);
  throw UsageError("{}", unknown_name("recipe", name_or_path, names));
}

Config read_recipe(const fs::path& file) {
  Config config = Config::from_file(file);
  settle_paths(config, file.parent_path());
  return config;
}

void settle_paths(Config& config, const fs::path& folder) {
  for (const char* key : {"env.id", "eval_env.id"}) {
    if (!config.has(key)) continue;
    const auto id = config.get<std::string>(key, "");
    if (std::string settled = settled_addresses(id, folder); settled != id)
      config.set(key, std::move(settled));
  }
  auto plugins = config.get<std::vector<std::string>>("plugins", {});
  if (plugins.empty()) return;
  for (std::string& plugin : plugins)
    plugin = (fs::current_path() / folder / plugin).lexically_normal().string();
  config.set("plugins", std::move(plugins));
}

Config usual_recipe(const AgentEntry& agent, const std::string& id, const EnvRegistry& registry) {
  std::string_view settings = agent.usual.vectors;
  if (!agent.from_games()) {
    WorkerPool alone(1);
    const auto env = registry.make(id, Config{}, 1, alone);
    const ObservationSpace& seen = env->spec().observation;
    const bool pictures = seen.element == Element::kUint8 && seen.shape.rank >= 2;
    if (pictures) settings = agent.usual.pictures;
  }
  Config recipe = Config::from_string(settings, agent.name);
  recipe.set("algo", agent.name);
  recipe.set(agent.from_games() ? "game.id" : "env.id", id);
  return recipe;
}

void move_to(Config& recipe, const std::string& id) {
  const bool games = recipe.has("game.id");
  const std::string section = games ? "game" : "env";
  if (recipe.get(section + ".id", "") == id) return;
  std::vector<std::string> dropped = recipe.remove(section);
  std::erase(dropped, section + ".id");
  for (const std::string& key : recipe.remove("eval_env")) dropped.push_back(key);
  for (const std::string& key : recipe.remove("stop_at_reward")) dropped.push_back(key);
  if (!dropped.empty())
    print_err("dropped from the recipe, since they are meant for another environment: {}\n",
              fmt::join(dropped, ", "));
  recipe.set(section + ".id", id);
}

std::vector<RecipeInfo> list_recipes() {
  std::vector<RecipeInfo> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(data_directory("recipes"), ignored)) {
    if (entry.path().extension() != ".toml") continue;
    std::string line;
    std::ifstream file(entry.path());
    std::getline(file, line);
    line.erase(0, line.starts_with("#") ? line.find_first_not_of("# ") : line.size());
    out.push_back({entry.path().stem().string(), line});
  }
  std::ranges::sort(out, {}, &RecipeInfo::name);
  return out;
}

}  // namespace tengen
