// CaloTune and SpectroTune: knobs, limits and rewards.
#include "agents/design/design_tasks.hpp"
#include "core/check.hpp"
#include "envs/detector/calo_tune.hpp"
#include "envs/detector/spectro_tune.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <numeric>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("CaloTune builds what fits, and pays what R improves by") {
  CaloTune env;
  env.task.context.set_reference();
  Rng rng(1);
  for (int episode = 0; episode < 30; ++episode) {
    env.reset(rng);
    const double first = env.value.reward;
    double total = 0;
    for (int step = 0; step < CaloTune::kSteps; ++step) {
      std::vector<float> action(12);
      for (float& a : action) a = 2 * rng.uniform() - 1;
      const Outcome outcome = env.step(action, rng);
      total += outcome.reward;
      CHECK_FALSE(outcome.terminated);
      std::array<Segment, CaloTuneTask::kMostTuned> built;
      const auto [n, cost] = env.task.build(std::span<const float>(env.knob).first(12), built);
      const CaloDesign design{{built.begin(), built.begin() + static_cast<std::ptrdiff_t>(n)}, {}};
      CHECK(calo_cost(design) == Approx(cost));
      CHECK(cost <= env.task.context.budget + 1e-9);
      if (n == 0) continue;
      const Calorimeter calorimeter(design);
      CHECK(calorimeter.stack().length_cm() <= env.task.context.length_cm + 1e-9);
      CHECK(calorimeter.stack().layers() <= kMostLayers);
    }
    CHECK(total == Approx(env.value.reward - first).margin(1e-4));
  }
}

TEST_CASE("a bandit's episode is one step whose reward is R") {
  CaloTune env;
  env.task.context.set_reference();
  env.task.segments = 8;
  env.bandit = true;
  Rng rng(1);
  env.reset(rng);
  // Thin lead, 4 mm of scintillator, 15 layers each: finer than the reference.
  std::vector<float> action;
  for (int i = 0; i < 8; ++i)
    for (const float knob : {-0.3F, 0.33F, -0.25F}) action.push_back(knob);
  const Outcome outcome = env.step(action, rng);
  CHECK(outcome.terminated);
  CHECK(outcome.reward == Approx(env.value.reward));
  CHECK(outcome.reward > 0);
}

TEST_CASE("SpectroTune's field keeps to the energy, and the reference is worth nothing") {
  SpectroTask task;
  Rng rng(2);
  CHECK(stored_energy_mj(task.reference()) <= task.energy_mj + 1e-9);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> knobs(SpectroTask::kMostKnobs);
    for (double& k : knobs) k = rng.uniform(-1, 1);
    const Spectrometer s = task.build(std::span<const double>(knobs));
    CHECK(stored_energy_mj(s) <= task.energy_mj + 1e-9);
    CHECK(std::ranges::is_sorted(s.station));
    const SpectroTask::Value v = task.value(std::span<const double>(knobs));
    CHECK(v.reward >= SpectroTask::kWorst);
    CHECK(v.acceptance > 0);
    CHECK(v.acceptance < 1);
  }
  // The reference's own knobs.
  const auto knob = [](double x, double low, double high) {
    return 2 * (x - low) / (high - low) - 1;
  };
  std::vector<double> knobs;
  for (int i = 0; i < Spectrometer::kStations; ++i)
    knobs.push_back((task.reference().station[static_cast<std::size_t>(i)] - 81 - 122 * i) / 300);
  knobs.insert(knobs.end(), {knob(350, 150, 850), knob(200, 50, 300), 1,
                             knob(std::log(40), std::log(10), std::log(100))});
  CHECK(task.value(std::span<const double>(knobs)).reward == Approx(0).margin(1e-9));
}

TEST_CASE("Tune tasks as design problems: real coordinates, simulated and judged") {
  Rng rng(4);
  for (const char* id : {"CaloTune-v0", "SpectroTune-v0"}) {
    Config options;
    options.set(id[0] == 'C' ? "showers=300" : "tracks=300");
    const auto problem = find_design_task(id).make_problem(options);
    REQUIRE(problem->variables().size() == 12);
    CHECK(problem->variables()[0].choices == 0);
    std::vector<double> point(12);
    for (double& x : point) x = rng.uniform(-2, 2);
    point[0] = std::nan("");
    problem->repair(point);
    for (const double x : point) CHECK(std::abs(x) <= 1);
    std::ranges::fill(point, -0.1);
    for (std::size_t i = 0; i < 8; ++i) point[i] += 0.05 * static_cast<double>(i);
    const double exact = problem->analytic(point);
    CHECK(problem->evaluate(point, 1) == Approx(exact).margin(0.15));
    CHECK(problem->evaluate(point, 1) == problem->evaluate(point, 1));
    CHECK(problem->evaluate_finally(point, 1) == Approx(exact).margin(0.03));
    CHECK(problem->simulated() == 3 * 900);
    CHECK(problem->describe(point).front() == '{');
    CHECK_THROWS_WITH(problem->from_actions({}), ContainsSubstring("actions are real numbers"));
  }
}
