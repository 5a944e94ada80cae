// tengen detector design ENV --method M: who finds the best detector with so many showers?
#include "experiments/commands/detector_design.hpp"

#include "agents/design/design_tasks.hpp"
#include "core/check.hpp"
#include "core/system/file.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "core/system/progress.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/design/design_curves.hpp"
#include "experiments/design/search_methods.hpp"
#include "experiments/runs/gnuplot.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <span>

namespace fs = std::filesystem;

namespace tengen {
namespace {

using Json = nlohmann::ordered_json;

struct DesignOptions {
  SharedOptions shared;
  std::string env, method = "hillclimb", model = "calobuild";
  std::vector<std::string> settings;
  std::int64_t budget = 150'000;
  int seeds = 1;
  fs::path out;
};

// The random numbers of final evaluations: the same for everyone, and nobody else's.
constexpr std::uint64_t kFinalSeed = 0x6a75646765;
constexpr int kFinalEvaluations = 4;
constexpr const char* kAll = "all";  // one method after the other

Config read_settings(const DesignOptions& options) {
  Config config;
  for (const std::string& setting : options.settings) config.set(setting);
  return config;
}

struct DesignResult {
  std::string method;
  std::uint64_t seed = 0;
  double reward = 0, error = 0, seen = 0, analytic = 0, seconds = 0;
  std::int64_t spent = 0, designs = 0;
  std::string design;  // as a file
  fs::path file;
  DesignCurve curve;
};

std::unique_ptr<detector::DesignProblem> make_problem(const DesignOptions& options) {
  const Config config = read_settings(options);
  auto problem = detector::find_design_task(options.env).make_problem(config);
  config.check_all_read();
  if (options.budget < problem->cost_of_one())
    throw UsageError("--budget {} is less than one design costs: {} {}", options.budget,
                     problem->cost_of_one(), problem->currency());
  return problem;
}

// Lets the method spend the budget. Ctrl-C ends it early with what it has named so far.
void run_method(const DesignOptions& options, const SearchMethod& method, std::uint64_t seed,
                DesignSearch& search) {
  std::optional<ProgressBar> bar;
  if (!options.shared.quiet)
    bar.emplace(fmt::format("{} {}", method.name, seed), options.budget, 0,
                search.problem().currency());
  search.watch = [&](const DesignSearch& s) {
    if (bar) bar->update(s.spent(), fmt::format("{} designs, best {:.4f}", s.designs(), s.best()));
    return !interrupted();
  };
  const DesignRequest request{&detector::find_design_task(options.env), read_settings(options),
                              seed, options.shared.thread_budget(), options.model};
  try {
    method.run(request, search);
  } catch (const Interrupted&) {
    if (search.nominees().empty()) throw;
  }
  search.watch = nullptr;  // the bar goes
}

DesignResult run_one(const DesignOptions& options, const SearchMethod& method, std::uint64_t seed) {
  const auto problem = make_problem(options);
  DesignSearch search(*problem, options.budget, seed);
  const auto began = std::chrono::steady_clock::now();
  run_method(options, method, seed, search);
  const InterruptPause evaluated_all_the_same;
  DesignResult out;
  out.method = method.name;
  out.seed = seed;
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (search.nominees().empty()) throw Error("{} named no design", method.name);
  const DesignSearch::Nominee& named = search.nominees().back();
  double sum = 0, square = 0;
  for (std::uint64_t i = 0; i < kFinalEvaluations; ++i) {
    const double reward = problem->evaluate_finally(named.point, kFinalSeed + i);
    sum += reward, square += reward * reward;
  }
  out.reward = sum / kFinalEvaluations;
  out.error = std::sqrt(std::max(0.0, square / kFinalEvaluations - out.reward * out.reward) /
                        (kFinalEvaluations - 1));
  out.seen = named.reward;
  out.analytic = problem->analytic(named.point);
  out.spent = search.spent();
  out.designs = search.designs();
  out.design = problem->describe(named.point);
  out.curve = final_curve(search, method.name, seed, kFinalSeed);
  return out;
}

void print(const DesignOptions& options, const DesignResult& r) {
  if (options.shared.json) {
    print_out("{}\n", Json{{"method", r.method},
                           {"seed", r.seed},
                           {"reward", r.reward},
                           {"reward_error", r.error},
                           {"reward_seen", r.seen},
                           {"reward_analytic", r.analytic},
                           {"spent", r.spent},
                           {"designs", r.designs},
                           {"seconds", r.seconds},
                           {"design", r.file.string()}}
                          .dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print_out("{:<10} {:>4} {:>10} {:>8} {:>9.4f} ± {:.4f} {:>9.4f} {:>9.4f} {:>8.1f}\n", r.method,
              r.seed, r.spent, r.designs, r.reward, r.error, r.seen, r.analytic, r.seconds);
  }
}

void print_summary(const std::vector<DesignResult>& results) {
  std::vector<std::string> methods;
  for (const DesignResult& r : results)
    if (std::ranges::count(methods, r.method) == 0) methods.push_back(r.method);
  print_out("\n{:<10} {:>6} {:>9} {:>21}\n", "method", "seeds", "median", "quartiles");
  for (const std::string& method : methods) {
    std::vector<double> rewards;
    for (const DesignResult& r : results)
      if (r.method == method) rewards.push_back(r.reward);
    print_out("{:<10} {:>6} {:>9.4f} {:>10.4f} {:>10.4f}\n", method, rewards.size(),
              quantile(rewards, 0.5), quantile(rewards, 0.25), quantile(rewards, 0.75));
  }
}

// Every method with every seed. Ctrl-C ends it early with what there is.
std::vector<DesignResult> search_all(const DesignOptions& options,
                                     std::span<const SearchMethod> methods,
                                     const fs::path& folder) {
  const std::uint64_t first = options.shared.seed.value_or(0);
  std::vector<DesignResult> results;
  for (const SearchMethod& method : methods) {
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(options.seeds); ++i) {
      if (interrupted()) return results;
      try {
        DesignResult result = run_one(options, method, first + i);
        result.file = folder / fmt::format("{}-{}.json", method.name, result.seed);
        print(options, result);
        write_file_atomically(result.file, result.design);
        results.push_back(std::move(result));
      } catch (const Interrupted&) {  // before it had named a design
        return results;
      } catch (const Error& error) {  // not every method is for every problem
        if (options.method != kAll) throw;
        print_err("{} is left out: {}\n", method.name, error.what());
        break;
      }
    }
  }
  return results;
}

// A courtesy, which spoils no result. Whether there is a picture.
bool leave_curves(const std::vector<DesignResult>& results, const fs::path& folder,
                  const std::string& currency) {
  std::vector<DesignCurve> curves;
  for (const DesignResult& result : results) curves.push_back(result.curve);
  // What was named once is no curve.
  const bool drawn =
      has_gnuplot() && std::ranges::any_of(curves, [](const DesignCurve& c) {
        return c.points.size() > 1 && c.points.front().reward != c.points.back().reward;
      });
  try {
    write_curves(folder / "curves.csv", curves);
    if (drawn) draw_curves(folder / "curves.png", curves, currency);
    return drawn;
  } catch (const std::exception& error) {
    warn("no curves: {}", error.what());
    return false;
  }
}

// All of them, or the one of that name.
std::span<const SearchMethod> chosen_methods(const std::string& name) {
  const std::span<const SearchMethod> all = search_methods();
  if (name == kAll) return all;
  std::vector<std::string> names;
  for (const SearchMethod& method : all) {
    if (method.name == name) return {&method, 1};
    names.push_back(method.name);
  }
  names.emplace_back(kAll);
  throw UsageError("{}", unknown_name("method", name, names));
}

// A line a method; those that do alike share one.
std::string method_lines() {
  std::string lines, names;
  const std::vector<SearchMethod>& methods = search_methods();
  for (std::size_t i = 0; i < methods.size(); ++i) {
    names += (names.empty() ? "" : ", ") + methods[i].name;
    if (i + 1 < methods.size() && methods[i + 1].description == methods[i].description) continue;
    lines += fmt::format("  {:<10} {}\n", names, methods[i].description);
    names.clear();
  }
  return lines;
}

void run_design(const DesignOptions& options) {
  const std::span<const SearchMethod> methods = chosen_methods(options.method);
  const std::string currency = make_problem(options)->currency();
  const fs::path folder = options.out.empty()
                              ? fs::path("designs") / (options.env + "-" + options.method)
                              : options.out;
  fs::create_directories(folder);
  if (!options.shared.json)
    print_out("{:<10} {:>4} {:>10} {:>8} {:>18} {:>9} {:>9} {:>8}\n", "method", "seed", "spent",
              "designs", "judged reward", "seen", "formulas", "seconds");
  const InterruptGuard guard;
  const std::vector<DesignResult> results = search_all(options, methods, folder);
  if (results.empty()) stop_if_interrupted();
  const bool drawn = leave_curves(results, folder, currency);
  if (!options.shared.json) {
    if (results.size() > 1) print_summary(results);
    print_out("\n{}: the designs as files, curves.csv{}\n", folder.string(),
              drawn ? ", curves.png" : "");
  }
  stop_if_interrupted();
}

}  // namespace

void add_design_command(CLI::App& detector) {
  CLI::App* command =
      detector.add_subcommand("design", "Search for the best detector with a budget of showers");
  const auto options = std::make_shared<DesignOptions>();
  command->add_option("ENV", options->env, "CaloBuild-v0 or another design task")->required();
  command->add_option("--method", options->method,
                      "See below; all: one after the other (hillclimb)");
  command
      ->add_option("--budget", options->budget, "What may be simulated, showers or tracks (150000)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000'000}));
  command->add_option("--seeds", options->seeds, "Seeds from --seed on (1)")
      ->check(CLI::Range(1, 1000));
  command->add_option("--set", options->settings, "An option of the environment, repeatable")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option("--model", options->model, "Player of the method 'policy' (calobuild)");
  command->add_option("--out", options->out, "Folder; else designs/ENV-METHOD")->type_name("DIR");
  add_shared(*command, options->shared,
             {Shared::kJson, Shared::kQuiet, Shared::kSeed, Shared::kThreads});
  std::string footer =
      "A method may simulate until its budget is spent, and then names one design, which a judge\n"
      "simulates afresh: what a method saw of it is too good, being the best of many. Rewards are\n"
      "ln(reference/design) of the figure to be small: 0.01 is one percent.\n\nMethods:\n";
  footer += method_lines();
  footer +=
      "\n"
      "Examples:\n"
      "  tengen detector design CaloBuild-v0 --method cmaes --budget 150000\n"
      "  tengen detector design CaloBuild-v0 --method all --budget 1500000 --seeds 10\n"
      "  tengen detector design TrackerBuild-v0 --set problem=identical --method exact\n"
      "  tengen detector calo designs/CaloBuild-v0-cmaes/cmaes-0.json --energies 1,5,20";
  command->footer(footer);
  command->callback([options] { run_design(*options); });
}

}  // namespace tengen
