// The environment checker: does an environment keep the contract of envs/environment.hpp and
// envs/vector_env.hpp?
#pragma once

#include "envs/registry.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tengen {

/// kWarn: legal, but likely not meant, or a burden to learners. kFail: the contract is broken.
enum class Verdict : std::uint8_t { kPass, kWarn, kFail };
std::string_view verdict_name(Verdict verdict);  ///< "pass", "warn", "fail"

struct Finding {
  std::string name;  ///< of the check: "same seed"
  Verdict verdict = Verdict::kPass;
  std::string text;  ///< one line: what was seen; for a failure where, and what would be right
};

struct CheckOptions {
  Config env;              ///< the environment's options
  std::uint64_t seed = 0;  ///< of all random play
  int steps = 10'000;      ///< of the fuzzing run, all lanes together
  /// Runs its argument and says how many heap allocations that took (core/system/allocations.hpp);
  /// empty: not checked.
  std::function<std::int64_t(const std::function<void()>&)> count_allocations;
  double speed_seconds = 0.2;                 ///< how long the speed is measured; 0: not at all
  std::function<void(const Finding&)> found;  ///< hears of every finding at once
};

/// Everything that Gymnasium's check_env and Stable-Baselines3's test and that applies here, and
/// what both leave out: that different seeds differ, that neither the number of threads nor of
/// lanes matters, that a saved state goes on alike, that no memory is kept or left unwritten,
/// allocations and speed. Exceptions of the environment are findings. Takes a second or two. Throws
/// Interrupted.
std::vector<Finding> check_env(const EnvEntry& entry, const CheckOptions& options = {});

/// The worst of them; kPass if there is none.
Verdict worst(const std::vector<Finding>& findings);

}  // namespace tengen
