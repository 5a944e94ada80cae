#include "agents/design/design_tasks.hpp"

#include "core/check.hpp"
#include "envs/detector/calo_build.hpp"
#include "envs/detector/calo_tune.hpp"
#include "envs/detector/experiment_build.hpp"
#include "envs/detector/phone_array.hpp"
#include "envs/detector/spectro_tune.hpp"
#include "envs/detector/tracker_build.hpp"

namespace tengen::detector {

// Every problem is a file of its own, which defines these.
using Problem = std::unique_ptr<DesignProblem>;
using Optimum = std::optional<std::vector<double>>;
Problem make_calo_problem(const Config& options);
Optimum calo_optimum(const Config& options, int threads);
Problem make_tracker_problem(const Config& options);
Optimum tracker_optimum(const Config& options, int threads);
Problem make_calo_tune_problem(const Config& options);
Problem make_spectro_problem(const Config& options);
Problem make_phone_problem(const Config& options);
Problem make_experiment_problem(const Config& options);

const std::vector<DesignTask>& design_tasks() {
  static const std::vector<DesignTask> kTasks{
      {CaloBuild::kName, make_calo_problem, calo_optimum},
      {TrackerBuild::kName, make_tracker_problem, tracker_optimum},
      {CaloTuneTask::kName, make_calo_tune_problem},
      {SpectroTask::kName, make_spectro_problem},
      {PhoneArray::kName, make_phone_problem},
      {ExperimentBuild::kName, make_experiment_problem}};
  return kTasks;
}

const DesignTask& find_design_task(std::string_view id) {
  std::vector<std::string> ids;
  for (const DesignTask& task : design_tasks()) {
    if (task.id == id) return task;
    ids.push_back(task.id);
  }
  throw UsageError("{}", unknown_name("design task", id, ids));
}

}  // namespace tengen::detector
