// The Tune tasks as optimisers see them: real coordinates in [−1, 1].
#include "agents/design/design_tasks.hpp"
#include "agents/design/simulated_problem.hpp"
#include "core/check.hpp"
#include "envs/detector/calo_tune.hpp"
#include "envs/detector/spectro_tune.hpp"
#include "envs/detector/tracker_task.hpp"

namespace tengen::detector {
namespace {

template <class Task>
class TuneProblem final : public SimulatedProblem {
 public:
  TuneProblem(const Task& task, int each, std::string currency)
      : SimulatedProblem(knobs(task), {std::move(currency), kKinds, each}), task_(task) {}

  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables().size());
    for (double& x : point) x = std::isfinite(x) ? std::clamp(x, -1.0, 1.0) : 0;
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    return task_.value(point).reward;
  }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int>) const override {
    throw Error("{}: actions are real numbers, and the knobs themselves the point", Task::kName);
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return task_.json(point);
  }

 private:
  static constexpr int kKinds = 3;  // energies or momenta

  static std::vector<Variable> knobs(const Task& task) {
    std::vector<Variable> out;
    for (std::string& name : task.names()) out.push_back({std::move(name), 0, true});
    return out;
  }
  [[nodiscard]] double simulate(std::span<const double> point, int each,
                                const Rng& rng) const override {
    return task_.value(point, each, rng).reward;
  }

  Task task_;
};

std::unique_ptr<DesignProblem> make_calo_tune_problem(const Config& options) {
  return std::make_unique<TuneProblem<CaloTuneTask>>(read_calo_tune(options), read_showers(options),
                                                     "showers");
}

std::unique_ptr<DesignProblem> make_spectro_problem(const Config& options) {
  return std::make_unique<TuneProblem<SpectroTask>>(read_spectro(options), read_tracks(options),
                                                    "tracks");
}

}  // namespace

DesignTask calo_tune_task() { return {CaloTuneTask::kName, make_calo_tune_problem}; }
DesignTask spectro_tune_task() { return {SpectroTask::kName, make_spectro_problem}; }

}  // namespace tengen::detector
