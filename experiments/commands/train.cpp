// tengen train RECIPE: a new run.
#include "agents/registry.hpp"
#include "core/excerpt.hpp"
#include "core/system/file.hpp"
#include "core/worker_pool.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/environments.hpp"
#include "experiments/runs/manifest.hpp"
#include "experiments/runs/run.hpp"
#include "nets/runtime.hpp"

#include <algorithm>

namespace fs = std::filesystem;

namespace tengen {
namespace {

struct TrainOptions {
  std::string recipe;  // or an agent, together with `env`
  std::string env;     // empty: the recipe's
  std::vector<std::string> settings, removed;
  std::optional<std::int64_t> steps;
  std::optional<fs::path> out;
  SharedOptions shared;
};

// The recipe that was named, or the usual one of an agent, and its name.
std::pair<Config, std::string> start(const TrainOptions& options) {
  const auto& agents = agent_entries();
  const auto agent = std::ranges::find(agents, options.recipe, &AgentEntry::name);
  if (agent != agents.end()) {
    if (options.env.empty())
      throw UsageError("{} is an agent, which needs an environment: --env ID (tengen list envs)",
                       agent->name);
    std::string name = fmt::format("{}-{}", agent->name, options.env);
    std::ranges::replace(name, '/', '-');  // of an address; it becomes a folder's name
    return {usual_recipe(*agent, options.env, make_registry(options.shared.plugins)), name};
  }
  const fs::path file = find_recipe(options.recipe);
  Config config = read_recipe(file);
  if (!options.env.empty()) move_to(config, options.env);
  return {std::move(config), file.stem().string()};
}

Recipe resolve(const TrainOptions& options) {
  auto [config, name] = start(options);
  for (const std::string& key : options.removed)
    if (config.remove(key).empty())
      throw UsageError("--unset {}: {}", excerpt(key), unknown_name("key", key, config.keys()));
  for (const std::string& assignment : options.settings) config.set(assignment);
  settle_paths(config, fs::current_path());
  if (options.steps) config.set("steps", *options.steps);
  if (options.shared.seed) config.set("seed", Config::integer(*options.shared.seed));
  if (!options.shared.device.empty()) config.set("device", options.shared.device);
  set_plugins(config, options.shared.plugins);
  return Recipe::from_config(std::move(config), name);
}

void train(const TrainOptions& options) {
  const Recipe recipe = resolve(options);
  check_device(recipe.device);
  const int threads = options.shared.thread_budget();
  WorkerPool pool(threads);
  const auto training = make_training(recipe, options.shared.plugins, pool);
  training->begin();
  const RunPaths run = create_run(recipe.name, options.out);
  const RunLock lock(run);
  write_file_atomically(run.manifest(), run_manifest(recipe, *training, threads));
  write_file_atomically(run.recipe(), recipe.config.to_toml());  // from here on it can be resumed
  run_training(*training, recipe, run, {threads, options.shared.quiet, options.shared.json});
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<TrainOptions>();
  command
      ->add_option("RECIPE", options->recipe,
                   "A recipe's name, the path of a TOML file, or with --env an agent")
      ->required();
  command->add_option("--env", options->env, "The environment, instead of the recipe's")
      ->type_name("ID");
  command->add_option("--steps", options->steps, "Environment steps, all lanes together")
      ->type_name("N");
  command->add_option("--set", options->settings, "Change a key of the recipe")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option("--unset", options->removed, "Drop a key or a section of the recipe")
      ->type_name("KEY")
      ->expected(1)
      ->take_all();
  command->add_option("--out", options->out, "The run's folder; else runs/RECIPE/<next number>")
      ->type_name("DIR");
  add_shared(*command, options->shared,
             {Shared::kSeed, Shared::kDevice, Shared::kThreads, Shared::kPlugins, Shared::kJson,
              Shared::kQuiet});
  command->footer(
      "Examples:\n"
      "  tengen train cartpole-dqn --seed 1\n"
      "  tengen train pong-dqn --set agent.learning_rate=2e-4 --set n_envs=16\n"
      "  tengen train ppo --env Pong-v1 --set n_envs=32\n"
      "  tengen train my.toml --plugin libmy_env.so --out /tmp/run\n"
      "Ctrl-C saves and stops; 'tengen resume' goes on. 'tengen list recipes' shows the recipes.");
  command->callback([options] { train(*options); });
}

}  // namespace

extern const Command kTrain{.name = "train",
                            .description = "Train an agent, by a recipe or on an environment",
                            .add_options = add_options,
                            .networks = true};

}  // namespace tengen
