// tengen detector calo|tracker|design|validate: the detector simulator by hand.
#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/detector_design.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/design/design_files.hpp"
#include "physics/validation/validation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

using namespace detector;
using Json = nlohmann::ordered_json;

struct CaloOptions {
  SharedOptions shared;
  std::string design, mode = "mc";
  std::vector<double> energies{2, 10};
  int events = 1000;
};

void run_calo(const CaloOptions& options) {
  const std::vector<std::string> modes{"mc", "analytic"};
  if (std::ranges::count(modes, options.mode) == 0)
    throw UsageError("{}", unknown_name("mode", options.mode, modes));
  const CaloDesign design = read_calo_design(options.design);
  const Calorimeter calorimeter(design);
  const CaloStack stack = calorimeter.stack();
  CaloSimulator simulator(options.mode == "mc" ? CaloMode::kMonteCarlo : CaloMode::kAnalytic,
                          options.events, options.shared.seed.value_or(0));
  if (!options.shared.json)
    print_out("{} layers, {:.4g} cm, {:.4g} X0, cost {:.4g}\n{:>8} {:>18} {:>20} {:>10} {:>10}\n",
              stack.layers(), stack.length_cm(), stack.depth(), calo_cost(design), "GeV",
              "resolution, %", "unweighted, %", "leakage", "visible");
  const InterruptGuard guard;
  for (const double energy : options.energies) {
    const CaloResult r = simulator.evaluate(calorimeter, energy);
    if (!std::isfinite(r.resolution))
      throw Error("{}: nothing of a shower of {} GeV is seen: the calorimeter is too thin",
                  options.design, energy);
    if (options.shared.json)
      print_out("{}\n", Json{{"energy_gev", energy},
                             {"resolution", r.resolution},
                             {"resolution_error", r.resolution_error},
                             {"resolution_unweighted", r.resolution_unweighted},
                             {"resolution_unweighted_error", r.resolution_unweighted_error},
                             {"half_width", r.half_width},
                             {"leakage", r.leakage},
                             {"leakage_rms", r.leakage_rms},
                             {"visible_fraction", r.visible_fraction},
                             {"mode", options.mode},
                             {"events", options.mode == "mc" ? options.events : 0}}
                            .dump());
    else
      print_out("{:>8.4g} {:>10.3f} ± {:<5.3f} {:>12.3f} ± {:<5.3f} {:>10.4f} {:>10.5f}\n", energy,
                100 * r.resolution, 100 * r.resolution_error, 100 * r.resolution_unweighted,
                100 * r.resolution_unweighted_error, r.leakage, r.visible_fraction);
  }
}

void add_calo(CLI::App& parent) {
  CLI::App* command =
      parent.add_subcommand("calo", "What a sampling calorimeter sees of electrons");
  const auto options = std::make_shared<CaloOptions>();
  command->add_option("DESIGN", options->design, "A JSON file; see docs/detector.md")->required();
  command->add_option("--energies", options->energies, "GeV, separated by commas (2,10)")
      ->delimiter(',')
      ->check(CLI::Range(0.1, 1000.0));
  command->add_option("--events", options->events, "Showers an energy (1000)")
      ->check(CLI::Range(10, 100'000'000));
  command->add_option("--mode", options->mode, "mc or analytic (mc)");
  add_shared(*command, options->shared, {Shared::kJson, Shared::kSeed});
  command->footer("Example:\n  tengen detector calo stack.json --energies 2,10 --mode analytic");
  command->callback([options] { run_calo(*options); });
}

struct TrackerOptions {
  SharedOptions shared;
  std::string design;
};

void run_tracker(const TrackerOptions& options) {
  const TrackerScore score = tracker_score(read_tracker_design(options.design));
  if (options.shared.json) {
    Json answer;
    for (std::size_t i = 0; i < kScoredPt.size(); ++i)
      answer[fmt::format("sigma_pt_{:.0f}", kScoredPt[i])] = score.at[i].momentum;
    for (std::size_t i = 0; i < kScoredPt.size(); ++i)
      answer[fmt::format("sigma_d0_cm_{:.0f}", kScoredPt[i])] = score.at[i].impact_cm;
    answer["J"] = score.j;
    print_out("{}\n", answer.dump());
    return;
  }
  print_out("{:>8} {:>14} {:>10}\n", "p_T, GeV", "σ(p_T)/p_T, %", "σ(d0), µm");
  for (std::size_t i = 0; i < kScoredPt.size(); ++i)
    print_out("{:>8.4g} {:>14.4f} {:>10.3f}\n", kScoredPt[i], 100 * score.at[i].momentum,
              1e4 * score.at[i].impact_cm);
  print_out("J = {:.6f}\n", score.j);
}

void add_tracker(CLI::App& parent) {
  CLI::App* command = parent.add_subcommand("tracker", "How sharply a tracker measures");
  const auto options = std::make_shared<TrackerOptions>();
  command->add_option("DESIGN", options->design, "A JSON file; see docs/detector.md")->required();
  add_shared(*command, options->shared, {Shared::kJson});
  command->footer("Example:\n  tengen detector tracker slots.json --json");
  command->callback([options] { run_tracker(*options); });
}

struct ValidateOptions {
  SharedOptions shared;
  bool reduced = false;
};

void print(const Check& c, bool json) {
  if (json)
    print_out("{}\n", Json{{"number", c.number},
                           {"what", c.what},
                           {"value", c.value},
                           {"reference", c.reference},
                           {"low", c.low},
                           {"high", c.high},
                           {"tolerance", c.tolerance},
                           {"passed", c.passed()}}
                          .dump());
  else
    print_out("{:<4} {:>10.4g} {:>10.4g}  {:<14} {:<4}  {}\n", c.number, c.value, c.reference,
              c.tolerance, c.passed() ? "ok" : "FAIL", c.what);
}

void run_validate(const ValidateOptions& options) {
  if (!options.shared.json)
    print_out("{:<4} {:>10} {:>10}  {:<14} {:<4}  {}\n", "no", "value", "reference", "tolerance",
              "", "what");
  const InterruptGuard guard;
  const std::vector<Check> checks =
      validate(options.reduced ? Effort::kReduced : Effort::kFull,
               [&](const Check& check) { print(check, options.shared.json); });
  const auto failed = std::ranges::count_if(checks, [](const Check& c) { return !c.passed(); });
  if (!options.shared.quiet)
    print_err("{} of {} checks hold\n", static_cast<std::ptrdiff_t>(checks.size()) - failed,
              checks.size());
  if (failed > 0) throw Exit{1};
}

void add_validate(CLI::App& parent) {
  CLI::App* command =
      parent.add_subcommand("validate", "The simulator against published numbers, check by check");
  const auto options = std::make_shared<ValidateOptions>();
  command->add_flag("--reduced", options->reduced, "A tenth of the showers: seconds");
  add_shared(*command, options->shared, {Shared::kJson, Shared::kQuiet});
  command->footer("Exit code 1 where a check fails. Example:\n  tengen detector validate --json");
  command->callback([options] { run_validate(*options); });
}

void add_options(CLI::App* command) {
  command->require_subcommand(1);
  add_calo(*command);
  add_tracker(*command);
  add_design_command(*command);
  add_validate(*command);
}

}  // namespace

extern const Command kDetector{
    .name = "detector", .description = "Simulate particle detectors", .add_options = add_options};

}  // namespace tengen
