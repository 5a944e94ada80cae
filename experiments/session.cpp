#include "experiments/session.hpp"

#include "experiments/commands.hpp"
#include "experiments/manifest.hpp"
#include "experiments/viewer/plot.hpp"
#include "experiments/viewer/programs.hpp"
#include "nets/runtime.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace tengen {
namespace {

constexpr int kInterrupted = 130;  // what shells report for Ctrl-C

// The command line as it was typed, quoted where a shell would need it.
std::string command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line, word;
  while (std::getline(file, word, '\0')) {
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$&|;<>()*?[]#~`!{}") == std::string::npos;
    line += (line.empty() ? "" : " ") + (plain ? word : "'" + word + "'");
  }
  return line;
}

void note_command(const RunPaths& run) {
  std::ofstream(run.command(), std::ios::app) << command_line() << '\n';
}

void announce(const Trainer& trainer, const Recipe& recipe, const RunPaths& run, int threads) {
  fmt::print(stderr, "{} on {}: {} to {} steps, {} lane{}, seed {}, {} thread{}, {}\n", recipe.algo,
             recipe.env, trainer.steps(), recipe.steps, recipe.n_envs,
             recipe.n_envs == 1 ? "" : "s", recipe.seed, threads, threads == 1 ? "" : "s",
             recipe.device);
  fmt::print(stderr, "LibTorch {}, BLAS: {}\nin {}\n", torch_version(), blas_name(),
             run.folder.string());
}

const char* ending(const Trainer& trainer) {
  if (trainer.reached_reward()) return "reward";
  return trainer.finished() ? "steps" : "interrupt";
}

// "time: acting 12 %, environment 5 %, learning 80 %, …"
void report_time(const Trainer& trainer) {
  std::string text = "time:";
  for (const auto& [name, seconds] : trainer.time_spent())
    text += fmt::format("{} {} {:.0f} %", text.back() == ':' ? "" : ",", name,
                        100 * seconds / std::max(trainer.seconds(), 1e-9));
  fmt::print(stderr, "{}\n", text);
}

void report_json(const Trainer& trainer, const RunPaths& run) {
  nlohmann::ordered_json line{{"run", run.folder.string()},
                              {"steps", trainer.steps()},
                              {"seconds", trainer.seconds()},
                              {"fps", trainer.steps_per_second()},
                              {"ended_by", ending(trainer)}};
  if (const auto& score = trainer.evaluation()) {
    line["mean_reward"] = score->mean_reward();
    line["std_reward"] = score->std_reward();
    line["mean_length"] = score->mean_length();
    line["episodes"] = score->episodes();
  }
  for (const auto& [name, seconds] : trainer.time_spent()) line["time"][name] = seconds;
  fmt::print("{}\n", line.dump());
}

void report_text(const Trainer& trainer, const RunPaths& run) {
  fmt::print("{}: {} steps, {:.1f} s, {:.0f} steps/s", run.folder.string(), trainer.steps(),
             trainer.seconds(), trainer.steps_per_second());
  if (const auto& score = trainer.evaluation())
    fmt::print(", mean reward {:.4g} ± {:.2g} over {} games", score->mean_reward(),
               score->std_reward(), score->episodes());
  fmt::print("\n");
}

// A courtesy: where gnuplot is missing or nothing was recorded there are no curves.
void leave_curves(const RunPaths& run) {
  if (find_program("gnuplot").empty()) return;
  try {
    plot_runs({run.folder}, run.folder / "curve.png");
    plot_runs({run.folder}, run.folder / "curve.svg");
  } catch (const Error& error) {
    fmt::print(stderr, "no curves: {}\n", error.what());
  }
}

}  // namespace

void run_session(Trainer& trainer, const Recipe& recipe, const RunPaths& run,
                 const SessionOptions& options) {
  note_command(run);
  trainer.open(run);
  if (!options.quiet) announce(trainer, recipe, run, options.threads);
  trainer.train(options.quiet);
  if (!options.quiet) report_time(trainer);
  if (options.json)
    report_json(trainer, run);
  else
    report_text(trainer, run);
  if (trainer.finished()) {
    leave_curves(run);
    return;
  }
  fmt::print(stderr, "stopped at step {}; to go on: tengen resume {}\n", trainer.steps(),
             run.folder.string());
  throw Exit{kInterrupted};
}

}  // namespace tengen
