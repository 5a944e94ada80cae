#include "experiments/runs/model.hpp"

#include "agents/random.hpp"
#include "agents/registry.hpp"
#include "core/excerpt.hpp"
#include "experiments/runs/data_directory.hpp"
#include "experiments/runs/environments.hpp"
#include "experiments/runs/run_folder.hpp"
#include "experiments/runs/version.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace tengen {
namespace {

// Plays as the environment's own scripted expert, which sees the whole state.
class OraclePolicy final : public Policy {
 public:
  explicit OraclePolicy(const VectorEnv& env) : env_(&env) {}
  void act(const StepView&, ActionBuffer out) override {
    if (!env_->oracle(out))
      throw UsageError("{} has no scripted expert; 'random' plays everything", env_->spec().name);
  }
  void reset() override {}

 private:
  const VectorEnv* env_;
};

bool is_scripted(std::string_view what) { return what == "oracle" || what == "random"; }

// Makes the environment of `recipe` under the conditions of evaluation.
void make_game(Player& player, const Config& recipe, const EnvRegistry& registry,
               const PlayerOptions& options) {
  player.conditions = registry.find(recipe.get<std::string>("env.id", "")).conditions;
  player.recipe = judged_under(player.conditions.at(options.conditions), recipe);
  player.env = make_judged_env(player.recipe, registry, options.lanes, *player.pool);
}

void load_scripted(Player& player, const PlayerOptions& options) {
  if (options.env.empty())
    throw UsageError("'{}' needs a game: --env ENV (see 'tengen list envs')", excerpt(player.name));
  Config recipe;
  recipe.set("env.id", options.env);
  make_game(player, recipe, make_registry(options.plugins), options);
  if (player.name == "oracle")
    player.policy = std::make_unique<OraclePolicy>(*player.env);
  else
    player.policy = std::make_unique<RandomPolicy>(player.env->spec().action, options.seed);
}

void load_trained(Player& player, const PlayerOptions& options) {
  const ArchiveReader reader = ArchiveReader::read_file(player.file);
  player.info = model_info(reader);
  const Recipe recipe = Recipe::from_config(
      Config::from_string(player.info.recipe, player.file.string()), player.file.stem().string());
  Config config = recipe.config;
  if (!options.env.empty()) config.set("env.id", options.env);
  make_game(player, config, make_registry(options.plugins, recipe), options);
  player.policy = find_agent(recipe.algo)
                      .load_policy({player.env->spec(), options.lanes, player.recipe, options.seed,
                                    options.device, player.pool.get()},
                                   reader);
}

}  // namespace

void save_model(const fs::path& path, const Agent& agent, const Recipe& recipe,
                std::span<const Evaluation> scores) {
  nlohmann::ordered_json manifest{{"algo", recipe.algo},
                                  {"env", recipe.env},
                                  {"steps", agent.steps()},
                                  {"seed", recipe.seed},
                                  {"tengen", kVersion}};
  if (!scores.empty()) add_figures(manifest["score"], scores);
  ArchiveWriter writer;
  agent.save_policy(writer);
  writer.put_string("model/recipe", recipe.config.to_toml());
  writer.put_string("model/manifest", manifest.dump(2) + "\n");
  fs::create_directories(path.parent_path());
  writer.write_file(path);
}

ModelInfo model_info(const ArchiveReader& reader) {
  if (!reader.has("model/recipe"))
    throw Error("'{}' is no model file (a checkpoint is continued with 'tengen resume RUN')",
                reader.origin());
  return {reader.string("model/recipe"), reader.string("model/manifest"), reader.origin()};
}

ModelFacts model_facts(const ModelInfo& info) {
  using nlohmann::json;
  const json manifest = json::parse(info.manifest, nullptr, false);
  const auto refuse = [&](const std::string& what, const char* expected) {
    throw Error("'{}': its manifest is damaged: {} must be {}", info.origin, what, expected);
  };
  if (!manifest.is_object()) refuse("it", "a JSON object");
  // The entry at `key`, or null if there is none; an entry that does not fit is refused.
  const auto find = [&](const json& from, const char* key, bool (json::*fits)() const noexcept,
                        const char* expected) -> const json* {
    const auto found = from.find(key);
    if (found == from.end()) return nullptr;
    if (((*found).*fits)()) return &*found;
    const std::string value = found->dump(-1, ' ', true, json::error_handler_t::replace);
    refuse(fmt::format("{} = {}", key, excerpt(value)), expected);
    return nullptr;
  };
  const bool game = manifest.contains("game");
  ModelFacts facts;
  if (game) facts.unit = "games";
  if (const json* algo = find(manifest, "algo", &json::is_string, "a string")) facts.algo = *algo;
  if (const json* plays = find(manifest, game ? "game" : "env", &json::is_string, "a string"))
    facts.plays = *plays;
  if (const json* n = find(manifest, facts.unit, &json::is_number_integer, "an integer"))
    facts.trained = *n;
  if (const json* score = find(manifest, "score", &json::is_object, "an object"))
    if (const json* mean = find(*score, "mean_reward", &json::is_number, "a number"))
      facts.mean_reward = mean->get<double>();
  return facts;
}

std::vector<std::string> list_models() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(data_directory("models"), ignored))
    if (entry.path().extension() == ".tgn") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

fs::path find_model(const std::string& what, RunPlayer run_player) {
  if (is_scripted(what)) return {};
  std::error_code ignored;
  if (fs::is_regular_file(what, ignored)) return what;
  std::vector<std::string> names = list_models();
  if (std::ranges::count(names, what) > 0) return data_directory("models") / (what + ".tgn");
  if (const auto run = find_run(what)) {
    const bool best = run_player == RunPlayer::kBest && fs::exists(run->best_model(), ignored);
    const fs::path file = best ? run->best_model() : run->model();
    if (fs::exists(file, ignored)) return file;
    throw Error("'{}' has no player yet: the first comes with its first checkpoint",
                run->folder.string());
  }
  if (what.find('/') != std::string::npos || what.ends_with(".tgn"))
    throw UsageError("there is no model file or run '{}'", excerpt(what));
  names.insert(names.end(), {"oracle", "random"});
  for (const RecipeInfo& recipe : list_recipes()) {
    if (recipe.name == what)
      throw UsageError("recipe '{}' has no run here yet: 'tengen train {}' makes one", what, what);
    names.push_back(recipe.name);
  }
  throw UsageError("{}", unknown_name("model or run", what, names));
}

ArchiveReader read_start(const std::string& what) {
  const fs::path file = find_model(what, RunPlayer::kNewest);
  if (file.empty()) throw UsageError("start_from = \"{}\": not a model file", what);
  return ArchiveReader::read_file(file);
}

Player load_player(const std::string& what, const PlayerOptions& options) {
  Player player;
  player.name = what;
  player.file = find_model(what, options.run_player);
  player.pool = std::make_unique<WorkerPool>(options.threads);
  if (player.file.empty())
    load_scripted(player, options);
  else
    load_trained(player, options);
  return player;
}

}  // namespace tengen
