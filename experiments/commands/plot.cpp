// tengen plot RUN… --out FILE: learning curves.
#include "experiments/runs/curves.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"

#include <algorithm>

namespace fs = std::filesystem;

namespace tengen {
namespace {

// The run that `name`, a path below runs/ or anywhere, leads to, or all runs in that folder.
std::vector<fs::path> runs_of(const std::string& name) {
  for (const fs::path& folder : {fs::path(name), fs::path("runs") / name}) {
    std::error_code ignored;
    if (fs::exists(folder / "metrics.csv", ignored)) return {folder};
    std::vector<fs::path> runs;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (fs::exists(entry.path() / "metrics.csv", ignored)) runs.push_back(entry.path());
    std::ranges::sort(runs);
    if (!runs.empty()) return runs;
  }
  throw UsageError("there is no run '{}' (runs are folders with a metrics.csv)", excerpt(name));
}

struct PlotOptions {
  std::vector<std::string> runs, tags;
  fs::path out = "curves.png";
};

void add_options(CLI::App* command) {
  const auto options = std::make_shared<PlotOptions>();
  command
      ->add_option("RUN", options->runs,
                   "Runs, or folders of runs, whose numbered runs are seeds of one recipe")
      ->required();
  command->add_option("--out", options->out, "A .png or .svg file; curves.png if not given")
      ->type_name("FILE");
  command
      ->add_option("--tag", options->tags,
                   "What to draw, a panel each; rewards and Elo ratings if not given")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command->footer(
      "Examples:\n"
      "  tengen plot runs/pong-dqn/1 --out pong.png\n"
      "  tengen plot runs/pong-dqn runs/pong-rainbow --out both.svg\n"
      "  tengen plot runs/pong-dqn/1 --tag train/loss --out loss.png");
  command->callback([options] {
    std::vector<fs::path> runs;
    for (const std::string& name : options->runs)
      std::ranges::copy(runs_of(name), std::back_inserter(runs));
    plot_runs(runs, options->out, options->tags);
    print_out("{}\n", options->out.string());
  });
}

}  // namespace

extern const Command kPlot{
    .name = "plot", .description = "Draw learning curves", .add_options = add_options};

}  // namespace tengen
