// CaloBuild as optimisers see it.
#include "agents/design/design_points.hpp"
#include "agents/design/problems.hpp"
#include "agents/design/simulated_problem.hpp"

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

}  // namespace

std::unique_ptr<DesignProblem> make_calo_problem(const Config& options) {
  return std::make_unique<CaloProblem>(read_calo_context(options), read_showers(options));
}

}  // namespace tengen::detector
