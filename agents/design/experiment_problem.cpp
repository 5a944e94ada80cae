// ExperimentBuild as optimisers see it: TrackerBuild's coordinates, then CaloBuild's.
#include "agents/design/design_points.hpp"
#include "agents/design/design_tasks.hpp"
#include "agents/design/simulated_problem.hpp"
#include "core/check.hpp"
#include "envs/detector/experiment_build.hpp"

namespace tengen::detector {
namespace {

/// Rewards are ln(Z/Z_ref), of which the environment's P(X|D) is a growing function.
class ExperimentProblem final : public SimulatedProblem {
 public:
  ExperimentProblem(const ExperimentContext& context, int events)
      : SimulatedProblem(tracker_and_calorimeter(), {"showers and tracks", 2, events}),
        context_(context) {}

  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables().size());
    repair_technologies(point.first(kSlots), tracker_context());
    const double spent = technology_plan(point.first(kSlots)).cost;
    repair_calo(point.subspan(kSlots), calo_context(spent));
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    const Built built(*this, point);
    return experiment_value(built.tracker, built.cells, context_).log_ratio();
  }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    std::size_t tracker = 0;
    while (tracker < actions.size() && actions[tracker] < ExperimentBuild::kTrackerActions)
      ++tracker;
    std::vector<double> out = technology_point(actions.first(tracker));
    std::vector<int> rest;
    for (const int action : actions.subspan(tracker))
      rest.push_back(action - ExperimentBuild::kTrackerActions);
    for (const double x : calo_point(rest)) out.push_back(x);
    return out;
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    const Built built(*this, point);
    return fmt::format("{{\"tracker\": {}, \"calorimeter\": {}}}\n",
                       tracker_json(built.tracker, tracker_context()),
                       calo_json(built.calorimeter, calo_context(built.tracker.cost)));
  }

 private:
  struct Built {
    TrackerPlan tracker;
    CaloPlan calorimeter;
    std::array<CaloCell, kMostSegments> storage;
    std::span<const CaloCell> cells;

    Built(const ExperimentProblem& problem, std::span<const double> point)
        : tracker(technology_plan(point.first(kSlots))),
          calorimeter(calo_plan(point.subspan(kSlots), problem.calo_context(tracker.cost))),
          cells(calorimeter.cells(storage)) {}
    Built(const Built&) = delete;
    Built& operator=(const Built&) = delete;
  };

  static std::vector<Variable> tracker_and_calorimeter() {
    std::vector<Variable> out = technology_variables();
    for (Variable& v : calo_variables()) out.push_back(std::move(v));
    return out;
  }
  [[nodiscard]] TrackerContext tracker_context() const { return {.budget = context_.budget}; }
  [[nodiscard]] CaloContext calo_context(double spent) const {
    CaloContext out = context_.calorimeter;
    out.budget = context_.budget - spent;
    return out;
  }
  [[nodiscard]] double simulate(std::span<const double> point, int events,
                                const Rng& rng) const override {
    const Built built(*this, point);
    return experiment_value(built.tracker, built.cells, context_, events, rng).log_ratio();
  }

  ExperimentContext context_;
};

std::unique_ptr<DesignProblem> make_problem(const Config& options) {
  return std::make_unique<ExperimentProblem>(read_experiment_context(options),
                                             read_events(options));
}

}  // namespace

DesignTask experiment_build_task() { return {ExperimentBuild::kName, make_problem}; }

}  // namespace tengen::detector
