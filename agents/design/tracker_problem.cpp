// TrackerBuild as optimisers see it: a technology or none in each slot; or six slots.
#include "agents/design/design_points.hpp"
#include "agents/design/design_tasks.hpp"
#include "agents/design/simulated_problem.hpp"
#include "core/check.hpp"
#include "envs/detector/tracker_build.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

// What both forms of the task have in common: a point becomes a plan.
class TrackerProblem : public SimulatedProblem {
 public:
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    return tracker_value(plan(point), context_).reward;
  }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return tracker_json(plan(point), context_);
  }

 protected:
  TrackerProblem(std::vector<Variable> variables, const TrackerContext& context, int tracks)
      : SimulatedProblem(std::move(variables),
                         {"tracks", static_cast<int>(kScoredPt.size()), tracks}),
        context_(context) {}
  [[nodiscard]] virtual TrackerPlan plan(std::span<const double> point) const = 0;

  TrackerContext context_;

 private:
  [[nodiscard]] double simulate(std::span<const double> point, int tracks,
                                const Rng& rng) const override {
    return tracker_value(plan(point), context_, tracks, rng).reward;
  }
};

class TechnologyProblem final : public TrackerProblem {
 public:
  TechnologyProblem(const TrackerContext& context, int tracks)
      : TrackerProblem(technology_variables(), context, tracks) {}
  void repair(std::span<double> point) const override { repair_technologies(point, context_); }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    return technology_point(actions);
  }

 private:
  [[nodiscard]] TrackerPlan plan(std::span<const double> point) const override {
    return technology_plan(point);
  }
};

// Six slots, in order.
class IdenticalProblem final : public TrackerProblem {
 public:
  IdenticalProblem(const TrackerContext& context, int tracks)
      : TrackerProblem(slots(context.least_layers()), context, tracks) {}

  // Sorts the slots, and moves those apart that fall together.
  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables().size());
    for (double& x : point) x = nearest_choice(x, kSlots);
    std::ranges::sort(point);
    for (std::size_t i = 1; i < point.size(); ++i) point[i] = std::max(point[i], point[i - 1] + 1);
    double most = kSlots - 1;
    for (std::size_t i = point.size(); i-- > 0; --most) point[i] = std::min(point[i], most);
  }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    std::vector<double> point;
    for (const int slot : actions) {
      if (slot < 0 || slot >= kSlots) throw Error("action {} is none of TrackerBuild-v0", slot);
      point.push_back(slot);
    }
    if (point.size() != variables().size())
      throw Error("{} actions: six place the layers of the identical problem", point.size());
    return point;
  }

 private:
  static std::vector<Variable> slots(int layers) {
    std::vector<Variable> out;
    for (int i = 0; i < layers; ++i) out.push_back({fmt::format("slot{}", i + 1), kSlots, true});
    return out;
  }
  [[nodiscard]] TrackerPlan plan(std::span<const double> point) const override {
    TrackerPlan out;
    for (const double slot : point) out.add(static_cast<int>(slot), 1);
    return out;
  }
};

std::unique_ptr<DesignProblem> make_problem(const Config& options) {
  const TrackerContext context = read_tracker_context(options);
  const int tracks = read_tracks(options);
  if (context.identical) return std::make_unique<IdenticalProblem>(context, tracks);
  return std::make_unique<TechnologyProblem>(context, tracks);
}

std::optional<std::vector<double>> optimum(const Config& options, int threads) {
  if (!read_tracker_context(options).identical) return std::nullopt;
  const BestSlots best = best_six_slots(threads);
  return std::vector<double>(best.slots.begin(), best.slots.end());
}

}  // namespace

DesignTask tracker_build_task() { return {TrackerBuild::kName, make_problem, optimum}; }

}  // namespace tengen::detector
