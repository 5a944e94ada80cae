// The parts of envs/checker.cpp: what a check is given and what it writes to.
#pragma once

#include "envs/checker.hpp"
#include "envs/random_play.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace tengen::checker {

inline constexpr int kLanes = 13;   // no multiple of a chunk, so that the last one is partly filled
inline constexpr int kSteps = 300;  // in a run that is compared with another

/// Numbers that learners can use: the sum of squares over a batch must still be a float. NaN is
/// none of them.
inline constexpr float kLimit = 0x1p50F;
inline bool usable(float value) { return std::abs(value) < kLimit; }

class Report {
 public:
  explicit Report(const CheckOptions& options) : options_(options) {}
  template <class... Args>
  void pass(std::string_view name, fmt::format_string<Args...> format, Args&&... args) {
    add(name, Verdict::kPass, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warn(std::string_view name, fmt::format_string<Args...> format, Args&&... args) {
    add(name, Verdict::kWarn, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void fail(std::string_view name, fmt::format_string<Args...> format, Args&&... args) {
    add(name, Verdict::kFail, fmt::format(format, std::forward<Args>(args)...));
  }
  std::vector<Finding> findings;
  bool lenient = false;  // what would fail is a warning

 private:
  void add(std::string_view name, Verdict verdict, std::string text) {
    if (lenient) verdict = std::min(verdict, Verdict::kWarn);
    findings.push_back({std::string(name), verdict, std::move(text)});
    if (options_.found) options_.found(findings.back());
  }
  const CheckOptions& options_;
};

struct Subject {
  const EnvEntry& entry;
  const CheckOptions& options;

  [[nodiscard]] std::unique_ptr<VectorEnv> make(int lanes, WorkerPool& pool) const {
    return entry.make(options.env, lanes, pool);
  }
  // The signature of every lane of a fresh environment, after kSteps steps.
  [[nodiscard]] std::vector<std::uint64_t> signatures(int lanes, int threads,
                                                      std::uint64_t seed) const {
    WorkerPool pool(threads);
    const auto env = make(lanes, pool);
    RandomPlay play(*env, seed);
    play.play(kSteps);
    return play.signatures();
  }
};

// checker_bytes.cpp has runs that must be equal byte for byte, and the memory they are written to.
void check_same_seed(const Subject& subject, Report& report);
void check_different_seeds(const Subject& subject, Report& report);
void check_threads(const Subject& subject, Report& report);
void check_lanes(const Subject& subject, Report& report);
void check_instances(const Subject& subject, Report& report);
void check_saving(const Subject& subject, Report& report);
void check_memory(const Subject& subject, Report& report);
void check_observe(const Subject& subject, Report& report);
void check_allocations(const Subject& subject, Report& report);
// checker_values.cpp has the description of an environment, and whether it keeps to it.
/// The part that needs nothing but the description.
void check_spec(const EnvSpec& spec, Report& report);
void check_description(const Subject& subject, Report& report);
void check_values(const Subject& subject, Report& report);

}  // namespace tengen::checker
