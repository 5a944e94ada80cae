// Measurements that `tengen bench` prints, one file per subject.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tengen {

struct BenchOptions {
  int threads = 1;     ///< the most that any measurement uses
  double seconds = 1;  ///< the length of one repetition
  int repetitions = 5;
  bool json = false;
  std::string only;  ///< measure only names that contain this
};

/// Runs `work`, which returns how many units it did, for about options.seconds, options.repetitions
/// times after one warm-up, and prints the median rate with minimum, maximum and n:
/// {"what":…,"value":…,"unit":…,"threads":…,"min":…,"max":…,"n":…}. Returns the median rate, or
/// 0 if it was not wanted.
double bench(const BenchOptions& options, const std::string& what, const std::string& unit,
             int threads, const std::function<std::int64_t()>& work);

/// Prints a number that is not a rate (bytes, a ratio) in the same form.
void report(const BenchOptions& options, const std::string& what, double value,
            const std::string& unit, int threads);

/// Whether `what` is to be measured, so that costly preparations can be left out. It is not if
/// --only excludes it, or if it names bfloat16 and the processor has none.
bool wanted(const BenchOptions& options, const std::string& what);

// There is one function per subject; each has a line in experiments/commands/bench.cpp.
void bench_envs(const BenchOptions& options);
void bench_detector(const BenchOptions& options);
void bench_replay(const BenchOptions& options);
void bench_training(const BenchOptions& options);
void bench_acting(const BenchOptions& options);
void bench_go(const BenchOptions& options);
void bench_search(const BenchOptions& options);
void bench_policy_value(const BenchOptions& options);
void bench_remote(const BenchOptions& options);

}  // namespace tengen
