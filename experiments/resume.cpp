// tengen resume RUN: go on as if never stopped.
#include "core/archive.hpp"
#include "core/worker_pool.hpp"
#include "experiments/commands.hpp"
#include "experiments/common.hpp"
#include "experiments/session.hpp"
#include "nets/runtime.hpp"

namespace tengen {
namespace {

struct ResumeOptions {
  std::string run;
  std::optional<std::int64_t> steps;
  SharedOptions shared;
};

Recipe stored_recipe(const RunPaths& run, const ResumeOptions& options) {
  Config config = Config::from_file(run.recipe());
  if (options.steps) config.set("steps", *options.steps);
  if (!options.shared.device.empty()) config.set("device", options.shared.device);
  return Recipe::from_config(std::move(config), run.folder.filename().string());
}

// As the newest good checkpoint left it; from the start where the run has none yet.
std::unique_ptr<Training> take_up(const RunPaths& run, const Recipe& recipe,
                                  const ResumeOptions& options, WorkerPool& pool) {
  const std::vector<std::int64_t> steps = checkpoint_steps(run);
  for (const std::int64_t step : steps) {
    auto training = make_training(recipe, options.shared.plugins, pool);
    try {
      training->load(run, step);
      return training;
    } catch (const Error& error) {
      fmt::print(stderr, "tengen: warning: passing over the checkpoint of step {}: {}\n", step,
                 error.what());
    }
  }
  if (!steps.empty())
    throw Error("no checkpoint of '{}' can be taken up; 'tengen train' starts anew",
                run.folder.string());
  return make_training(recipe, options.shared.plugins, pool);
}

void resume(const ResumeOptions& options) {
  const auto run = find_run(options.run);
  if (!run) throw UsageError("there is no run '{}' (a folder with a recipe.toml)", options.run);
  const RunLock lock(*run);
  const Recipe recipe = stored_recipe(*run, options);
  check_device(recipe.device);
  const int threads = options.shared.thread_budget();
  WorkerPool pool(threads);
  const auto training = take_up(*run, recipe, options, pool);
  if (options.steps) training->go_on();
  run_session(*training, recipe, *run, {threads, options.shared.quiet, options.shared.json});
}

}  // namespace

void add_resume_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("resume", "Go on with a run, however it ended");
  const auto options = std::make_shared<ResumeOptions>();
  command->add_option("RUN", options->run, "A run's folder, or a recipe's name for its newest run")
      ->required();
  command->add_option("--steps", options->steps, "Train to this many steps instead")
      ->type_name("N");
  add_shared(*command, options->shared,
             {Shared::kDevice, Shared::kThreads, Shared::kPlugins, Shared::kJson, Shared::kQuiet});
  command->footer(
      "The run ends with the same bytes as one that never stopped.\n"
      "Examples:\n"
      "  tengen resume runs/pong-dqn/3\n"
      "  tengen resume pong-dqn --steps 2000000");
  command->callback([options] { resume(*options); });
}

}  // namespace tengen
