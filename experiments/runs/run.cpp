#include "experiments/runs/run.hpp"

#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/subprocess.hpp"
#include "experiments/runs/curves.hpp"
#include "experiments/runs/gnuplot.hpp"
#include "experiments/runs/manifest.hpp"
#include "nets/runtime.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace tengen {
namespace {

// The command line as it was typed, quoted where a shell would need it.
std::string command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line, word;
  while (std::getline(file, word, '\0')) {
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$&|;<>()*?[]#~`!{}") == std::string::npos;
    if (!line.empty()) line += ' ';
    line += plain ? word : shell_quoted(word);
  }
  return line;
}

void note_command(const RunPaths& run) {
  std::ofstream(run.command(), std::ios::app) << command_line() << '\n';
}

void announce(const Training& training, const Recipe& recipe, const RunPaths& run, int threads) {
  print_err("{} on {}: {} to {} {}, {}, seed {}, {} thread{}, {}\n", recipe.algo, recipe.env,
            training.steps(), recipe.steps, training.unit(), training.width(), recipe.seed, threads,
            threads == 1 ? "" : "s", recipe.device);
  print_err("LibTorch {}, BLAS: {}\nin {}\n", torch_version(), blas_name(), run.folder.string());
  nlohmann::ordered_json about;
  training.describe(about);
  const std::string precision = about.value("precision", "");
  if (!recipe.self_play())
    print_err(
        "reward: mean of the last 100 games of training; eval: mean of {} games without "
        "exploring\n",
        recipe.eval_episodes);
  if (!precision.empty()) print_err("computes in {}; {}\n", precision, bfloat16_report().why);
  for (const auto& [name, settings] : about["evaluation"].items())
    if (settings != "") print_err("evaluated under {}: {}\n", name, settings.get<std::string>());
}

// Why there is nothing more to do, where the number of steps does not say it.
void explain_end(const Training& training, const Recipe& recipe, const RunPaths& run,
                 std::int64_t before) {
  if (std::string_view(training.ended_by()) == "reward")
    print_err("the goal of the recipe, stop_at_reward = {}, is reached after {} of {} {}\n",
              recipe.stop_at_reward, training.steps(), recipe.steps, training.unit());
  if (training.finished() && training.steps() == before)
    print_err("this run had ended already; to train on: tengen resume {} --steps N\n",
              run.folder.string());
}

// "time: acting 12 %, environment 5 %, learning 80 %, …"
void report_time(const Training& training) {
  std::string text = "time:";
  for (const auto& [name, seconds] : training.time_spent())
    text += fmt::format("{} {} {:.0f} %", text.back() == ':' ? "" : ",", name,
                        100 * seconds / std::max(training.seconds(), 1e-9));
  print_err("{}\n", text);
}

std::string report_json(const Training& training, const RunPaths& run) {
  nlohmann::ordered_json line{{"run", run.folder.string()},
                              {training.unit(), training.steps()},
                              {"seconds", training.seconds()},
                              {"fps", training.steps_per_second()},
                              {"ended_by", training.ended_by()}};
  training.add_score(line);
  for (const auto& [name, seconds] : training.time_spent()) line["time"][name] = seconds;
  // The name of a folder may be any bytes, also such that are not UTF-8.
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string report_text(const Training& training, const RunPaths& run) {
  return fmt::format("{}: {} {}, {:.1f} s, {:.{}f} {}/s{}", run.folder.string(), training.steps(),
                     training.unit(), training.seconds(), training.steps_per_second(),
                     training.steps_per_second() < 10 ? 2 : 0, training.unit(), training.score());
}

// Curves are a courtesy: if gnuplot is missing or nothing was recorded, the run has none.
void leave_curves(const RunPaths& run) {
  if (!has_gnuplot()) return;
  try {
    plot_runs({run.folder}, run.folder / "curve.png");
    plot_runs({run.folder}, run.folder / "curve.svg");
  } catch (const std::exception& error) {
    warn("no curves: {}", error.what());
  }
}

// An error also says from which checkpoint the run can go on.
void train_or_explain(Training& training, const RunPaths& run, bool quiet) {
  try {
    training.train(quiet);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    const std::vector<std::int64_t> kept = checkpoint_steps(run);
    if (kept.empty()) throw;
    throw Error("{} (the checkpoint after {} {} stands; to go on: tengen resume {})", error.what(),
                kept.front(), training.unit(), run.folder.string());
  }
}

}  // namespace

void run_training(Training& training, const Recipe& recipe, const RunPaths& run,
                  const RunOptions& options) {
  note_command(run);
  training.open(run);
  const std::int64_t before = training.steps();
  if (!options.quiet) announce(training, recipe, run, options.threads);
  train_or_explain(training, run, options.quiet);
  if (!options.quiet) {
    report_time(training);
    explain_end(training, recipe, run, before);
  }
  // If nobody reads the answer, that is no failure: the run's folder has everything.
  write_out((options.json ? report_json(training, run) : report_text(training, run)) + "\n", true);
  if (training.finished()) {
    leave_curves(run);
    return;
  }
  print_err("stopped at {} {}; to go on: tengen resume {}\n", training.steps(), training.unit(),
            run.folder.string());
  throw Interrupted{};
}

}  // namespace tengen
