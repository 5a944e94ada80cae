// The table of design tasks.
#pragma once

#include "agents/design/problem.hpp"
#include "core/config.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen::detector {

/// One task, as an environment plays it and as optimisers see it. `options` are the environment's
/// own (a recipe's [env] section); what is wrong with them is a UsageError.
struct DesignTask {
  std::string id;  ///< the environment's, by which envs/registry.hpp makes it: "CaloBuild-v0"
  std::unique_ptr<DesignProblem> (*make_problem)(const Config& options) = nullptr;
  /// The best design by the formulas, found by `threads` threads: for tasks of which more is known
  /// than how good a design is. May be null; empty where it does not hold for such options.
  std::optional<std::vector<double>> (*optimum)(const Config& options, int threads) = nullptr;
};
const std::vector<DesignTask>& design_tasks();
/// Throws UsageError with the nearest id if it is unknown.
const DesignTask& find_design_task(std::string_view id);

}  // namespace tengen::detector
