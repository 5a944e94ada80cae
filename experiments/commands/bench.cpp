// tengen bench WHAT: how fast it is here.
#include "experiments/bench/bench.hpp"

#include "core/check.hpp"
#include "core/config.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"
#include "experiments/commands/commands.hpp"
#include "experiments/commands/options.hpp"
#include "nets/runtime.hpp"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace tengen {
namespace {

struct Subject {
  const char* name;
  void (*run)(const BenchOptions&);
};
constexpr Subject kSubjects[] = {{"envs", bench_envs},         {"replay", bench_replay},
                                 {"detector", bench_detector}, {"updates", bench_training},
                                 {"acting", bench_acting},     {"go", bench_go},
                                 {"search", bench_search},     {"policy-value", bench_policy_value},
                                 {"remote", bench_remote}};

double rate(double seconds, const std::function<std::int64_t()>& work) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  std::int64_t done = 0;
  double passed = 0;
  do {
    stop_if_interrupted();
    if (output_error() != 0) throw Interrupted{};  // nobody hears of it
    done += work();
    passed = std::chrono::duration<double>(Clock::now() - began).count();
  } while (passed < seconds);
  return static_cast<double>(done) / passed;
}

void print(const BenchOptions& options, const nlohmann::ordered_json& figure) {
  if (options.json)
    print_out("{}\n", figure.dump());
  else
    print_out("{:<44} {:>14.4g} {:<12} {} thread{}\n", figure["what"].get<std::string>(),
              figure["value"].get<double>(), figure["unit"].get<std::string>(),
              figure["threads"].get<int>(), figure["threads"] == 1 ? "" : "s");
}

std::vector<std::string> names() {
  std::vector<std::string> all{"all"};
  for (const Subject& subject : kSubjects)
    if (all.back() != subject.name) all.emplace_back(subject.name);
  return all;
}

void run(const std::string& what, const BenchOptions& options) {
  bool found = false;
  for (const Subject& subject : kSubjects) {
    if (what != "all" && what != subject.name) continue;
    found = true;
    subject.run(options);
  }
  if (!found) throw UsageError("{}", unknown_name("benchmark", what, names()));
}

}  // namespace

bool wanted(const BenchOptions& options, const std::string& what) {
  // Emulated bfloat16 is too slow for anybody to use.
  const bool emulated = what.find("bfloat16") != std::string::npos && !bfloat16_report().fast;
  return what.find(options.only) != std::string::npos && !emulated;
}

double bench(const BenchOptions& options, const std::string& what, const std::string& unit,
             int threads, const std::function<std::int64_t()>& work) {
  if (!wanted(options, what)) return 0;
  rate(options.seconds / 4, work);  // warm-up
  std::vector<double> rates;
  for (int i = 0; i < options.repetitions; ++i) rates.push_back(rate(options.seconds, work));
  std::ranges::sort(rates);
  const double median = rates[rates.size() / 2];
  print(options, {{"what", what},
                  {"value", median},
                  {"unit", unit},
                  {"threads", threads},
                  {"min", rates.front()},
                  {"max", rates.back()},
                  {"n", rates.size()}});
  return median;
}

void report(const BenchOptions& options, const std::string& what, double value,
            const std::string& unit, int threads) {
  if (!wanted(options, what)) return;
  print(options, {{"what", what}, {"value", value}, {"unit", unit}, {"threads", threads}});
}

namespace {

void add_options(CLI::App* command) {
  const auto shared = std::make_shared<SharedOptions>();
  const auto options = std::make_shared<BenchOptions>();
  const auto what = std::make_shared<std::string>();
  command->add_option("WHAT", *what, fmt::format("{}", fmt::join(names(), ", ")))->required();
  command->add_option("--seconds", options->seconds, "Length of one repetition")
      ->check(CLI::Range(0.001, 3600.0));
  command->add_option("--repetitions", options->repetitions, "Repetitions; the median counts")
      ->check(CLI::Range(1, 1000));
  command->add_option("--only", options->only, "Only what contains this text");
  add_shared(*command, *shared, {Shared::kJson, Shared::kThreads});
  command->footer("Example:\n  tengen bench envs --seconds 2 --json");
  command->callback([shared, options, what] {
    options->json = shared->json;
    options->threads = shared->thread_budget();
    const InterruptGuard guard;
    run(*what, *options);
  });
}

}  // namespace

extern const Command kBench{.name = "bench",
                            .description = "Measure speed on this machine",
                            .add_options = add_options,
                            .networks = true};

}  // namespace tengen
