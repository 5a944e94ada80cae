// tengen check ENV: does an environment keep the contract, and how fast is it?
#include "core/system/allocations.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "envs/checker.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "experiments/runs/environments.hpp"

#include <nlohmann/json.hpp>

namespace tengen {
namespace {

struct CheckCommand {
  std::string env;
  std::vector<std::string> settings;
  int steps = CheckOptions{}.steps;
  SharedOptions shared;
};

std::int64_t count_allocations(const std::function<void()>& work) {
  const AllocationScope scope;
  work();
  return scope.count();
}

void print(const Finding& finding, bool json) {
  if (json) {
    const nlohmann::ordered_json line{{"check", finding.name},
                                      {"verdict", verdict_name(finding.verdict)},
                                      {"text", finding.text}};
    print_out("{}\n", line.dump());
  } else {
    print_out("{:<4}  {:<18} {}\n", verdict_name(finding.verdict), finding.name, finding.text);
  }
}

void check(const CheckCommand& command) {
  const EnvRegistry registry = make_registry(command.shared.plugins);
  CheckOptions options;
  options.seed = command.shared.seed.value_or(0);
  options.steps = command.steps;
  options.count_allocations = count_allocations;
  for (const std::string& setting : command.settings) options.env.set(setting);
  const EnvEntry entry = registry.find(command.env);
  try {  // an unknown setting is told before anything takes its time
    WorkerPool pool(1);
    static_cast<void>(entry.make(options.env, 1, pool));
    options.env.check_all_read();
  } catch (const UsageError&) {
    throw;
  } catch (...) {  // the checks will say what was thrown
  }
  options.found = [&](const Finding& finding) { print(finding, command.shared.json); };
  const InterruptGuard guard;
  const std::vector<Finding> findings = check_env(entry, options);
  if (worst(findings) == Verdict::kFail) throw Exit{1};
}

void add_options(CLI::App* command) {
  const auto options = std::make_shared<CheckCommand>();
  command->add_option("ENV", options->env, "Its id")->required();
  command->add_option("--set", options->settings, "An option of the environment, repeatable")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option("--steps", options->steps, "Random steps whose values are looked at")
      ->type_name("N")
      ->check(CLI::Range(100, 100'000'000));
  add_shared(*command, options->shared, {Shared::kSeed, Shared::kPlugins, Shared::kJson});
  command->footer(
      "Each line is a check: pass, warn (allowed, but likely not meant) or fail. The exit code is "
      "1\n"
      "if any failed.\n"
      "Examples:\n"
      "  tengen check Pong-v1\n"
      "  tengen check GridWorld-v0 --set size=9\n"
      "  tengen check Walk-v0 --plugin libmy_env.so");
  command->callback([options] { check(*options); });
}

}  // namespace

extern const Command kCheck{
    .name = "check", .description = "Examine an environment", .add_options = add_options};

}  // namespace tengen
