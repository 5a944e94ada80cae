// ExperimentBuild: one budget, two detectors, P(X|D).
#include "envs/detector/experiment_build.hpp"
#include "agents/design/design_tasks.hpp"
#include "core/check.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace tengen;
using namespace tengen::detector;

namespace {

ExperimentBuild prototype() {
  ExperimentBuild env;
  env.context = read_experiment_context(Config{});
  return env;
}

struct Episode {
  std::vector<int> actions;
  double total = 0;
  ExperimentBuild end;
};

Episode play(ExperimentBuild env, std::uint64_t seed) {
  Rng rng(seed), choices(seed + 1000);
  env.reset(rng);
  Episode out;
  std::vector<std::uint8_t> mask(ExperimentBuild::kActions);
  for (bool over = false; !over;) {
    env.legal(mask);
    std::vector<int> legal;
    for (int i = 0; i < ExperimentBuild::kActions; ++i)
      if (mask[static_cast<std::size_t>(i)] != 0) legal.push_back(i);
    const int stop = ExperimentBuild::kTrackerActions + CaloBuild::kStop;
    if (legal.size() > 1 && !choices.chance(0.02)) std::erase(legal, stop);
    // Strips and near slots leave something for the calorimeter.
    const int done = TrackerBuild::kStop;
    const bool finish_tracker = std::ranges::count(legal, done) == 1 && choices.chance(0.5);
    const int action =
        finish_tracker ? done : legal[choices.below(static_cast<std::uint32_t>(legal.size()))];
    out.actions.push_back(action);
    const Outcome outcome = env.step(action, rng);
    out.total += outcome.reward, over = outcome.terminated;
  }
  out.end = env;
  return out;
}

}  // namespace

TEST_CASE("ExperimentBuild keeps one budget for both detectors and pays P(X|D)") {
  const ExperimentBuild env = prototype();
  int both = 0;
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    const Episode e = play(env, seed);
    const ExperimentBuild& end = e.end;
    CHECK(end.tracker.plan.cost + end.calorimeter.plan.cost <= env.context.budget + 1e-6);
    CHECK(end.tracker.plan.count >= kLeastBuiltLayers);
    std::array<CaloCell, kMostSegments> cells;
    const ExperimentValue v =
        experiment_value(end.tracker.plan, end.calorimeter.plan.cells(cells), env.context);
    CHECK(v.ratio * v.ratio == Approx(v.muons * v.muons + v.electrons * v.electrons));
    CHECK(v.muons > 0);
    CHECK((v.electrons > 0) == (end.calorimeter.plan.depth >= kLeastDepth));
    CHECK(e.total == Approx(v.probability()).margin(1e-6));
    both += v.electrons > 0 ? 1 : 0;
  }
  CHECK(both > 10);
  ExperimentBuild wrong = env;
  Rng rng(1);
  wrong.reset(rng);
  const Outcome lost = wrong.step(ExperimentBuild::kTrackerActions, rng);  // no tracker yet
  CHECK(lost.terminated);
  CHECK(lost.reward == 0);
}

TEST_CASE("ExperimentBuild's reference finds the resonance half of the time") {
  const ExperimentContext context = read_experiment_context(Config{});
  TrackerPlan tracker;
  for (const int slot : {0, 2, 4}) tracker.add(slot, 1);
  for (const int slot : {12, 20, 29}) tracker.add(slot, kStrip);
  CaloContext rest = context.calorimeter;
  rest.budget = context.budget - tracker.cost;
  CaloPlan calorimeter;
  for (int i = 0; i < 5; ++i) calorimeter.add({0, 3, 2, 6}, rest);  // 60 × (Pb ½ X0, Sc 4 mm)
  REQUIRE(tracker.cost + calorimeter.cost <= context.budget);
  std::array<CaloCell, kMostSegments> cells;
  const ExperimentValue v = experiment_value(tracker, calorimeter.cells(cells), context);
  CHECK(v.ratio == Approx(1).epsilon(1e-3));
  CHECK(v.probability() == Approx(0.5).margin(1e-2));
  CHECK(v.log_ratio() == Approx(0).margin(1e-3));
  const ExperimentValue mc =
      experiment_value(tracker, calorimeter.cells(cells), context, 20'000, Rng(1));
  CHECK(mc.ratio == Approx(v.ratio).epsilon(0.03));
  // Matter in the tracker costs electrons.
  TrackerPlan heavy = tracker;
  heavy.material += 0.05;
  CHECK(experiment_value(heavy, calorimeter.cells(cells), context).electrons ==
        Approx(v.electrons * std::exp(-0.1)));
}

TEST_CASE("ExperimentBuild as a design problem") {
  Config options;
  options.set("events=300");
  const auto problem = find_design_task("ExperimentBuild-v0").make_problem(options);
  REQUIRE(problem->variables().size() == 30 + 48);
  const ExperimentBuild env = prototype();
  Rng rng(2);
  for (int i = 0; i < 100; ++i) {
    std::vector<double> point(78);
    for (double& x : point) x = rng.uniform(-1, 9);
    problem->repair(point);
    std::vector<double> again = point;
    problem->repair(again);
    REQUIRE(again == point);
  }
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Episode e = play(env, seed);
    const std::vector<double> point = problem->from_actions(e.actions);
    std::vector<double> repaired = point;
    problem->repair(repaired);
    REQUIRE(repaired == point);
    CHECK(discovery_probability(std::exp(problem->analytic(point))) ==
          Approx(e.total).margin(1e-5));
  }
  const std::vector<double> point = problem->from_actions(play(env, 3).actions);
  CHECK(problem->evaluate(point, 1) == problem->evaluate(point, 1));
  CHECK(problem->simulated() == 2 * 600);
  CHECK(problem->evaluate_finally(point, 1) == Approx(problem->analytic(point)).margin(0.15));
  CHECK_THAT(problem->describe(point), ContainsSubstring("\"calorimeter\""));
}
