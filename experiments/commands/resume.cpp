// tengen resume RUN: go on as if never stopped.
#include "core/archive.hpp"
#include "core/excerpt.hpp"
#include "core/system/file.hpp"
#include "core/system/output.hpp"
#include "core/worker_pool.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/environments.hpp"
#include "experiments/runs/manifest.hpp"
#include "experiments/runs/recipe_changes.hpp"
#include "experiments/runs/run.hpp"
#include "nets/runtime.hpp"

#include <fmt/ranges.h>

namespace fs = std::filesystem;

namespace tengen {
namespace {

struct ResumeOptions {
  std::string run;
  std::vector<std::string> settings;
  std::optional<std::int64_t> steps;
  SharedOptions shared;
};

Recipe wanted_recipe(const RunPaths& run, const ResumeOptions& options) {
  check_recipe_whole(run);
  Config config = read_recipe(run.recipe());
  for (const std::string& assignment : options.settings) config.set(assignment);
  settle_paths(config, fs::current_path());
  if (options.steps) config.set("steps", *options.steps);
  if (!options.shared.device.empty()) config.set("device", options.shared.device);
  set_plugins(config, options.shared.plugins);
  return Recipe::from_config(std::move(config), run.folder.filename().string());
}

// A run that goes on, and what was changed since the checkpoint that it goes on from.
struct TakenUp {
  std::unique_ptr<Training> training;
  RecipeChanges changes;
};

// Empty, with a warning, where the file is damaged.
std::optional<ArchiveReader> read_checkpoint(const RunPaths& run, std::int64_t step) {
  try {
    return ArchiveReader::read_file(checkpoint_file(run, step));
  } catch (const Error& error) {
    warn("passing over the checkpoint of step {}: {}", step, error.what());
    return std::nullopt;
  }
}

// The recipe in a checkpoint; the run's recipe for checkpoints of older programs, which have none.
Config recipe_of(const ArchiveReader& checkpoint, const RunPaths& run) {
  return checkpoint.has("trainer/recipe")
             ? Config::from_string(checkpoint.string("trainer/recipe"), checkpoint.origin())
             : read_recipe(run.recipe());
}

// The run as its newest good checkpoint left it, or at its start where it has none yet. Throws
// UsageError where the recipe does not fit.
TakenUp take_up(const RunPaths& run, const Recipe& recipe, const ResumeOptions& options,
                WorkerPool& pool) {
  const std::vector<std::int64_t> steps = checkpoint_steps(run);
  for (const std::int64_t step : steps) {
    const auto checkpoint = read_checkpoint(run, step);
    if (!checkpoint) continue;
    const Config before = recipe_of(*checkpoint, run);
    RecipeChanges(before, recipe.config).check_fit();  // before the other recipe is complained of
    TakenUp taken{make_training(recipe, options.shared.plugins, pool), {}};
    taken.changes = RecipeChanges(before, recipe.config);  // defaults included
    taken.changes.check_fit();
    try {
      taken.training->load(run, *checkpoint);
      return taken;
    } catch (const UsageError&) {
      throw;
    } catch (const Error& error) {
      if (taken.changes.reach_state())
        throw UsageError("the checkpoint of step {} does not fit what was changed since ({}): {}",
                         step, fmt::join(taken.changes.lines(), ", "), error.what());
      warn("passing over the checkpoint of step {}: {}", step, error.what());
    }
  }
  if (!steps.empty())
    throw Error("no checkpoint of '{}' can be taken up; 'tengen train' begins anew elsewhere",
                run.folder.string());
  TakenUp taken{make_training(recipe, options.shared.plugins, pool), {}};
  taken.changes = RecipeChanges(read_recipe(run.recipe()), recipe.config);
  taken.training->begin();
  return taken;
}

// The file's text; empty where there is no such file.
std::string text_of(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return "";
  const std::vector<std::byte> bytes = read_file(file);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The schedules that had come to their end before the run was lengthened: "agent.…_schedule, …".
std::string schedules_over(const TakenUp& taken, const Config& recipe) {
  const std::string step = fmt::format("{}", taken.training->steps());
  std::vector<std::string> over;
  for (const Config::Difference& change : taken.changes.all()) {
    if (change.key != "steps" || change.before != step) continue;
    for (const std::string& key : recipe.keys())
      if (key.ends_with("_schedule") && recipe.get(key, "") != "constant") over.push_back(key);
  }
  return fmt::format("{}", fmt::join(over, ", "));
}

// Says what was changed, and writes it into the run's recipe for the next resume.
void settle_changes(const TakenUp& taken, const RunPaths& run, const Recipe& recipe, int threads) {
  const std::vector<std::string> lines = taken.changes.lines();
  const std::int64_t step = taken.training->steps();
  for (const std::string& line : lines)
    print_err("changed after {} {}: {}\n", step, taken.training->unit(), line);
  const std::string resolved = recipe.config.to_toml();
  if (const std::string over = schedules_over(taken, Config::from_string(resolved)); !over.empty())
    print_err("at the end and staying there: {}; to learn on, set to constant what fell to 0\n",
              over);
  if (text_of(run.recipe()) != resolved) write_file_atomically(run.recipe(), resolved);
  try {
    write_file_atomically(run.manifest(), resumed_manifest(text_of(run.manifest()), recipe,
                                                           *taken.training, threads, lines));
  } catch (const Error& error) {
    warn("{}", error.what());
  }
}

void resume(const ResumeOptions& options) {
  const auto run = find_run(options.run);
  if (!run)
    throw UsageError("there is no run '{}' (a folder with a recipe.toml)", excerpt(options.run));
  const RunLock lock(*run);
  const Recipe recipe = wanted_recipe(*run, options);
  check_device(recipe.device);
  const int threads = options.shared.thread_budget();
  WorkerPool pool(threads);
  const TakenUp taken = take_up(*run, recipe, options, pool);
  settle_changes(taken, *run, recipe, threads);
  if (options.steps || taken.changes.has("steps")) taken.training->go_on();
  run_training(*taken.training, recipe, *run, {threads, options.shared.quiet, options.shared.json});
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<ResumeOptions>();
  command->add_option("RUN", options->run, "A run's folder, or a recipe's name for its newest run")
      ->required();
  command->add_option("--steps", options->steps, "Train to this many steps instead")
      ->type_name("N");
  command->add_option("--set", options->settings, "Change a key of the run's recipe from here on")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  add_shared(*command, options->shared,
             {Shared::kDevice, Shared::kThreads, Shared::kPlugins, Shared::kJson, Shared::kQuiet});
  command->footer(
      "The run ends with the same bytes as one that never stopped. What is changed is said and\n"
      "kept in the run's recipe; what does not fit its checkpoint is refused. Schedules go on "
      "from\n"
      "where they are to the new end.\n"
      "Examples:\n"
      "  tengen resume runs/pong-dqn/3\n"
      "  tengen resume pong-dqn --steps 2000000\n"
      "  tengen resume pong-dqn --set eval_episodes=50 --set agent.learning_rate=5e-5");
  command->callback([options] { resume(*options); });
}

}  // namespace

extern const Command kResume{.name = "resume",
                             .description = "Go on with a run, however it ended",
                             .add_options = add_options,
                             .networks = true};

}  // namespace tengen
