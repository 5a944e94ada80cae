// The environment checker examines whether an environment keeps the contract of
// envs/environment.hpp and envs/vector_env.hpp.
#pragma once

#include "envs/registry.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tengen {

/// kWarn is for things that are legal, but likely not meant, or make learning harder. kFail means
/// that the contract is broken.
enum class Verdict : std::uint8_t { kPass, kWarn, kFail };
std::string_view verdict_name(Verdict verdict);  ///< "pass", "warn", "fail"

struct Finding {
  std::string name;  ///< of the check: "same seed"
  Verdict verdict = Verdict::kPass;
  std::string text;  ///< one line: what was seen; for a failure also where, and what would be right
};

struct CheckOptions {
  Config env;              ///< the environment's options
  std::uint64_t seed = 0;  ///< of all random play
  int steps = 10'000;      ///< of the long random run, all lanes together
  /// Runs its argument and returns how many heap allocations that made
  /// (core/system/allocations.hpp); empty: allocations are not checked.
  std::function<std::int64_t(const std::function<void()>&)> count_allocations;
  double speed_seconds = 0.2;                 ///< how long the speed is measured; 0: not at all
  std::function<void(const Finding&)> found;  ///< called for every finding as soon as it is made
};

/// Checks everything that Gymnasium's check_env and Stable-Baselines3's check and that applies
/// here, and what both leave out: different seeds differ, neither the number of threads nor of
/// lanes matters, a saved state goes on alike, no memory is kept or left unwritten, steps do not
/// allocate; and it measures the speed. Exceptions of the environment are findings. Takes a second
/// or two. Throws Interrupted.
std::vector<Finding> check_env(const EnvEntry& entry, const CheckOptions& options = {});

/// The worst verdict of `findings`; kPass if there are none.
Verdict worst(const std::vector<Finding>& findings);

}  // namespace tengen
