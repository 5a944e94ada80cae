#include "agents/design/design_tasks.hpp"

#include "core/check.hpp"

namespace tengen::detector {

// The rows of the table. Every task has a file of its own, which defines its row.
DesignTask calo_build_task();
DesignTask tracker_build_task();
DesignTask calo_tune_task();
DesignTask spectro_tune_task();
DesignTask phone_array_task();
DesignTask experiment_build_task();

const std::vector<DesignTask>& design_tasks() {
  static const std::vector<DesignTask> kTasks{
      calo_build_task(),   tracker_build_task(), calo_tune_task(),
      spectro_tune_task(), phone_array_task(),   experiment_build_task(),
  };
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
