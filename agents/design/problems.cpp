#include "agents/design/problems.hpp"

#include "core/check.hpp"

namespace tengen::detector {

std::unique_ptr<DesignProblem> make_design_problem(std::string_view env_id, const Config& options) {
  using Maker = std::unique_ptr<DesignProblem> (*)(const Config&);
  constexpr std::pair<std::string_view, Maker> kProblems[] = {
      {"CaloBuild-v0", make_calo_problem},     {"TrackerBuild-v0", make_tracker_problem},
      {"CaloTune-v0", make_calo_tune_problem}, {"SpectroTune-v0", make_spectro_problem},
      {"PhoneArray-v0", make_phone_problem},   {"ExperimentBuild-v0", make_experiment_problem}};
  std::vector<std::string> names;
  for (const auto& [id, make] : kProblems) {
    if (id == env_id) return make(options);
    names.emplace_back(id);
  }
  throw UsageError("{}", unknown_name("design task", env_id, names));
}

}  // namespace tengen::detector
