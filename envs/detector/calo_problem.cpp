// CaloBuild as optimisers see it.
#include "envs/detector/design_points.hpp"
#include "envs/detector/design_problems.hpp"

namespace tengen::detector {
namespace {

class CaloProblem final : public DesignProblem {
 public:
  CaloProblem(const CaloContext& context, int showers) : context_(context), showers_(showers) {}

  [[nodiscard]] std::span<const Variable> variables() const override { return variables_; }
  void repair(std::span<double> point) const override { repair_calo(point, context_); }
  double evaluate(std::span<const double> point, std::uint64_t seed) override {
    simulated_ += cost_of_one();
    return simulate(point, showers_, Rng(seed));
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    std::array<CaloCell, kMostSegments> cells;
    return calo_value(calo_plan(point, context_).cells(cells), context_).reward;
  }
  [[nodiscard]] double judge(std::span<const double> point, std::uint64_t seed) const override {
    constexpr int kJudged = 50'000;
    return simulate(point, kJudged, Rng(seed).split(kJudged));
  }
  [[nodiscard]] std::int64_t simulated() const override { return simulated_; }
  [[nodiscard]] std::int64_t cost_of_one() const override {
    return static_cast<std::int64_t>(context_.energies_gev.size()) * showers_;
  }
  [[nodiscard]] std::string currency() const override { return "showers"; }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    return calo_point(actions);
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return calo_json(calo_plan(point, context_), context_);
  }

 private:
  [[nodiscard]] double simulate(std::span<const double> point, int showers, const Rng& rng) const {
    std::array<CaloCell, kMostSegments> cells;
    return calo_value(calo_plan(point, context_).cells(cells), context_, showers, rng).reward;
  }

  CaloContext context_;
  int showers_;
  std::vector<Variable> variables_ = calo_variables();
  std::int64_t simulated_ = 0;
};

}  // namespace

std::unique_ptr<DesignProblem> make_calo_problem(const Config& options) {
  return std::make_unique<CaloProblem>(read_calo_context(options), read_showers(options));
}

}  // namespace tengen::detector
