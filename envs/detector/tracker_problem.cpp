// TrackerBuild as optimisers see it: a technology or none in each slot; or six slots.
#include "core/check.hpp"
#include "envs/detector/design_problems.hpp"
#include "envs/detector/tracker_build.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

// What both forms have in common. A point becomes a plan.
class TrackerProblem : public DesignProblem {
 public:
  TrackerProblem(const TrackerContext& context, int tracks) : context_(context), tracks_(tracks) {}

  [[nodiscard]] std::span<const Variable> variables() const override { return variables_; }
  double evaluate(std::span<const double> point, std::uint64_t seed) override {
    simulated_ += cost_of_one();
    return tracker_value(plan(point), context_, tracks_, Rng(seed)).reward;
  }
  [[nodiscard]] double analytic(std::span<const double> point) const override {
    return tracker_value(plan(point), context_).reward;
  }
  [[nodiscard]] double judge(std::span<const double> point, std::uint64_t seed) const override {
    constexpr int kJudged = 50'000;
    return tracker_value(plan(point), context_, kJudged, Rng(seed).split(kJudged)).reward;
  }
  [[nodiscard]] std::int64_t simulated() const override { return simulated_; }
  [[nodiscard]] std::int64_t cost_of_one() const override {
    return static_cast<std::int64_t>(kJudgedPt.size()) * tracks_;
  }
  [[nodiscard]] std::string currency() const override { return "tracks"; }
  [[nodiscard]] std::string describe(std::span<const double> point) const override {
    return tracker_json(plan(point), context_);
  }

 protected:
  [[nodiscard]] virtual TrackerPlan plan(std::span<const double> point) const = 0;

  static int rounded(double x, int choices) {
    return std::isfinite(x) ? static_cast<int>(std::clamp(std::round(x), 0.0, choices - 1.0)) : 0;
  }
  // The layers that actions have placed.
  [[nodiscard]] std::vector<TrackerBuild::Layer> layers(std::span<const int> actions) const {
    std::vector<TrackerBuild::Layer> out;
    for (const int action : actions) {
      if (!context_.identical && action == TrackerBuild::kStop) break;
      const auto layer = TrackerBuild::layer_of(action, context_.identical);
      if (action < 0 || layer.slot >= kSlots)
        throw Error("action {} is none of TrackerBuild-v0", action);
      out.push_back(layer);
    }
    return out;
  }

  TrackerContext context_;
  std::vector<Variable> variables_;

 private:
  int tracks_;
  std::int64_t simulated_ = 0;
};

// A slot each: 0 for nothing, or 1 + the technology.
class TechnologyProblem final : public TrackerProblem {
 public:
  TechnologyProblem(const TrackerContext& context, int tracks) : TrackerProblem(context, tracks) {
    for (int slot = 0; slot < kSlots; ++slot)
      variables_.push_back({fmt::format("{:.1f} cm", slot_radius_cm(slot)),
                            1 + TrackerBuild::kTechnologyCount, false});
  }

  // From the inside: what does not fit becomes cheaper, then nothing; strips complete the tracker.
  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables_.size());
    TrackerPlan plan;
    for (int slot = 0; slot < kSlots; ++slot) {
      double& x = point[static_cast<std::size_t>(slot)];
      int chosen = rounded(x, 1 + TrackerBuild::kTechnologyCount);
      while (chosen > 0 && !plan.fits(slot, chosen - 1, context_))
        chosen = (chosen + 1) % (1 + TrackerBuild::kTechnologyCount);
      x = chosen;
      if (chosen > 0) plan.add(slot, chosen - 1);
    }
    while (!plan.complete(context_)) {
      const int slot = plan.last + 1;
      TENGEN_CHECK(plan.fits(slot, kStrip, context_));
      point[static_cast<std::size_t>(slot)] = 1 + kStrip;
      plan.add(slot, kStrip);
    }
  }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    std::vector<double> point(variables_.size(), 0);
    for (const auto& [slot, technology] : layers(actions))
      point[static_cast<std::size_t>(slot)] = 1 + technology;
    return point;
  }

 private:
  [[nodiscard]] TrackerPlan plan(std::span<const double> point) const override {
    TrackerPlan out;
    for (int slot = 0; slot < kSlots; ++slot)
      if (const int chosen = static_cast<int>(point[static_cast<std::size_t>(slot)]); chosen > 0)
        out.add(slot, chosen - 1);
    return out;
  }
};

// Six slots, in order.
class IdenticalProblem final : public TrackerProblem {
 public:
  IdenticalProblem(const TrackerContext& context, int tracks) : TrackerProblem(context, tracks) {
    for (int i = 0; i < context.least_layers(); ++i)
      variables_.push_back({fmt::format("slot{}", i + 1), kSlots, true});
  }

  // Sorted, and where two fall together, moved apart.
  void repair(std::span<double> point) const override {
    TENGEN_CHECK(point.size() == variables_.size());
    for (double& x : point) x = rounded(x, kSlots);
    std::ranges::sort(point);
    for (std::size_t i = 1; i < point.size(); ++i) point[i] = std::max(point[i], point[i - 1] + 1);
    double most = kSlots - 1;
    for (std::size_t i = point.size(); i-- > 0; --most) point[i] = std::min(point[i], most);
  }
  [[nodiscard]] std::vector<double> from_actions(std::span<const int> actions) const override {
    std::vector<double> point;
    for (const auto& layer : layers(actions)) point.push_back(layer.slot);
    if (point.size() != variables_.size())
      throw Error("{} actions: six place the layers of the identical problem", point.size());
    return point;
  }

 private:
  [[nodiscard]] TrackerPlan plan(std::span<const double> point) const override {
    TrackerPlan out;
    for (const double slot : point) out.add(static_cast<int>(slot), 1);
    return out;
  }
};

}  // namespace

std::unique_ptr<DesignProblem> make_tracker_problem(const Config& options) {
  const TrackerContext context = read_tracker_context(options);
  const int tracks = read_tracks(options);
  if (context.identical) return std::make_unique<IdenticalProblem>(context, tracks);
  return std::make_unique<TechnologyProblem>(context, tracks);
}

}  // namespace tengen::detector
