// CaloBuild as optimisers see it.
#include "agents/design/calo_optimum.hpp"
#include "agents/design/design_points.hpp"
#include "agents/design/design_tasks.hpp"
#include "agents/design/simulated_problem.hpp"
#include "envs/detector/calo_build.hpp"

namespace tengen::detector {
namespace {

class CaloProblem final : public SimulatedProblem {
 public:
  CaloProblem(const CaloContext& context, int showers)
      : SimulatedProblem(calo_variables(),
                         {"showers", static_cast<int>(context.energies_gev.size()), showers}),
        context_(context) {}

  void repair(std::span<double> point) const override { repair_calo(point, context_); }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    std::array<CaloCell, kMostSegments> cells;
    return calo_value(calo_plan(point, context_).cells(cells), context_).reward;
  }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    return calo_point(actions);
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return calo_json(calo_plan(point, context_), context_);
  }

 private:
  [[nodiscard]] double simulate(std::span<const double> point, int showers,
                                const Rng& rng) const override {
    std::array<CaloCell, kMostSegments> cells;
    return calo_value(calo_plan(point, context_).cells(cells), context_, showers, rng).reward;
  }

  CaloContext context_;
};

std::unique_ptr<DesignProblem> make_problem(const Config& options) {
  return std::make_unique<CaloProblem>(read_calo_context(options), read_showers(options));
}

std::optional<std::vector<double>> optimum(const Config& options, int) {
  return calo_point(best_calo(read_calo_context(options)).plan);
}

}  // namespace

DesignTask calo_build_task() { return {CaloBuild::kName, make_problem, optimum}; }

}  // namespace tengen::detector
