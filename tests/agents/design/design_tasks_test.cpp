// The table of design tasks: its rows are environments and problems.
#include "agents/design/design_tasks.hpp"

#include "agents/design/design_search.hpp"
#include "core/check.hpp"
#include "envs/registry.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("every design task is an environment of as many choices, and a problem") {
  WorkerPool pool;
  for (const DesignTask& task : design_tasks()) {
    CAPTURE(task.id);
    const auto env = builtin_envs().make(task.id, {}, 1, pool);
    CHECK(env->spec().name == task.id);
    const auto problem = task.make_problem({});
    const auto variables = problem->variables();
    REQUIRE_FALSE(variables.empty());
    const bool real = std::holds_alternative<Box>(env->spec().action);
    CHECK(std::ranges::all_of(variables,
                              [&](const Variable& v) { return (v.choices == 0) == real; }));
    CHECK(problem->cost_of_one() > 0);
    CHECK(problem->simulated() == 0);
    Rng rng(1);
    const DesignPoint point = random_point(*problem, rng);
    DesignPoint repaired = point;
    problem->repair(repaired);
    CHECK(repaired == point);
    CHECK(std::isfinite(problem->analytic(point)));
    CHECK_FALSE(problem->describe(point).empty());
  }
}

TEST_CASE("the optimum of a task is better than random designs, and a legal one") {
  Config options;
  options.set("problem=identical");
  const DesignTask& task = find_design_task("TrackerBuild-v0");
  const auto problem = task.make_problem(options);
  const auto best = task.optimum(options, 2);
  REQUIRE(best);
  DesignPoint repaired = *best;
  problem->repair(repaired);
  CHECK(repaired == *best);
  CHECK(problem->analytic(*best) == Approx(0.1224).margin(1e-4));
  Rng rng(1);
  for (int i = 0; i < 100; ++i)
    CHECK(problem->analytic(random_point(*problem, rng)) <= problem->analytic(*best));
  CHECK_FALSE(task.optimum({}, 2));  // of technologies nobody knows it
}

TEST_CASE("design tasks and their options are named where they are wrong") {
  Config options;
  CHECK_THROWS_WITH(find_design_task("CaloBiuld-v0").make_problem(options),
                    ContainsSubstring("did you mean 'CaloBuild-v0'"));
  options.set("energies=[5,1,20]");
  CHECK_THROWS_WITH(find_design_task("CaloBuild-v0").make_problem(options),
                    ContainsSubstring("three numbers in rising order"));
}
