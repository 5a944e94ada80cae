// Every design task as optimisers see it.
#pragma once

#include "agents/design/problem.hpp"
#include "core/config.hpp"

#include <memory>
#include <string_view>

namespace tengen::detector {

/// The problem that an environment poses: `options` are the environment's own (a recipe's [env]
/// section). Throws UsageError where the environment is none of detector design, or what is wrong
/// with the options.
std::unique_ptr<DesignProblem> make_design_problem(std::string_view env_id, const Config& options);

// One a file, for make_design_problem.
std::unique_ptr<DesignProblem> make_calo_problem(const Config& options);
std::unique_ptr<DesignProblem> make_tracker_problem(const Config& options);
std::unique_ptr<DesignProblem> make_calo_tune_problem(const Config& options);
std::unique_ptr<DesignProblem> make_spectro_problem(const Config& options);
std::unique_ptr<DesignProblem> make_phone_problem(const Config& options);
std::unique_ptr<DesignProblem> make_experiment_problem(const Config& options);

}  // namespace tengen::detector
