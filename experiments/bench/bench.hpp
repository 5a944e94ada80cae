// Measurements that `tengen bench` prints; one file a subject.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tengen {

struct BenchOptions {
  int threads = 1;     ///< the most any measurement uses
  double seconds = 1;  ///< length of one repetition
  int repetitions = 5;
  bool json = false;
};

/// Runs `work`, which returns how many units it did, for about options.seconds, options.repetitions
/// times after one warm-up, and prints the median rate with minimum, maximum and n:
/// {"what":…,"value":…,"unit":…,"threads":…,"min":…,"max":…,"n":…}. Returns the median rate.
double bench(const BenchOptions& options, const std::string& what, const std::string& unit,
             int threads, const std::function<std::int64_t()>& work);

/// Prints a figure that is not a rate (bytes, a ratio) in the same form.
void report(const BenchOptions& options, const std::string& what, double value,
            const std::string& unit, int threads);

// One function a subject; each has its line in bench.cpp.
void bench_envs(const BenchOptions& options);

}  // namespace tengen
