// CaloBuild: masks, budgets, rewards, and the same task as optimisers see it.
#include "envs/detector/calo_build.hpp"
#include "agents/design/calo_optimum.hpp"
#include "agents/design/design_tasks.hpp"
#include "core/check.hpp"
#include "physics/separation.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace tengen;
using namespace tengen::detector;

namespace {

CaloBuild prototype() {
  CaloBuild env;
  env.context.set_reference();
  return env;
}

std::vector<int> legal_actions(const CaloBuild& env) {
  std::array<std::uint8_t, CaloBuild::kActions> mask;
  env.legal(mask);
  std::vector<int> out;
  for (int i = 0; i < CaloBuild::kActions; ++i)
    if (mask[static_cast<std::size_t>(i)] != 0) out.push_back(i);
  return out;
}

// Every segment that fits, by trying all of them.
std::vector<CaloChoice> all_fitting(const CaloBuild& env) {
  std::vector<CaloChoice> out;
  for (std::uint8_t a = 0; a < 4; ++a)
    for (std::uint8_t t = 0; t < 8; ++t)
      for (std::uint8_t s = 0; s < 10; ++s)
        for (std::uint8_t r = 0; r < 8; ++r)
          if (env.plan.fits({a, t, s, r}, env.context)) out.push_back({a, t, s, r});
  return out;
}

struct Episode {
  std::vector<int> actions;
  double total = 0, last = 0;
  CaloBuild end;
};

Episode play(CaloBuild env, std::uint64_t seed, double stop = 0.02) {
  Rng rng(seed), choices(seed + 1000);
  env.reset(rng);
  Episode out;
  for (bool over = false; !over;) {
    std::vector<int> legal = legal_actions(env);
    if (legal.size() > 1 && !choices.chance(stop)) std::erase(legal, CaloBuild::kStop);
    const int action = legal[choices.below(static_cast<std::uint32_t>(legal.size()))];
    out.actions.push_back(action);
    const Outcome outcome = env.step(action, rng);
    out.total += outcome.reward, out.last = outcome.reward, over = outcome.terminated;
  }
  out.end = env;
  return out;
}

}  // namespace

TEST_CASE("CaloBuild's masks allow what can be completed, and nothing else") {
  Rng rng(5);
  for (int game = 0; game < 40; ++game) {
    CaloBuild env = prototype();
    env.context.budget = rng.uniform(60, 500);
    env.context.length_cm = rng.uniform(10, 60);
    env.reset(rng);
    while (!env.finished) {
      const std::vector<CaloChoice> fitting = all_fitting(env);
      std::vector<int> expected;
      for (int action = 0; action < CaloBuild::kActions; ++action) {
        const auto agrees = [&](const CaloChoice& c) {
          const int chosen[] = {c.absorber, CaloBuild::kFirstThickness + c.thickness,
                                CaloBuild::kFirstActive + c.active,
                                CaloBuild::kFirstRepeat + c.repeats};
          return chosen[env.phase] == action &&
                 (env.phase < 1 || c.absorber == env.pending.absorber) &&
                 (env.phase < 2 || c.thickness == env.pending.thickness) &&
                 (env.phase < 3 || c.active == env.pending.active);
        };
        if (std::ranges::any_of(fitting, agrees) ||
            (env.phase == CaloBuild::kAbsorber && action == CaloBuild::kStop))
          expected.push_back(action);
      }
      REQUIRE(legal_actions(env) == expected);
      env.step(expected[rng.below(static_cast<std::uint32_t>(expected.size()))], rng);
    }
    CHECK(env.plan.cost <= env.context.budget + 1e-6);
    CHECK(env.plan.length_cm <= env.context.length_cm + 1e-6);
    CHECK(env.plan.layers <= kMostLayers);
    const CaloDesign design = env.plan.design({});
    CHECK(calo_cost(design) == Approx(env.plan.cost).margin(1e-9));
  }
}

TEST_CASE("CaloBuild pays R once, and shaping moves it forward without changing its sum") {
  CaloBuild plain = prototype(), shaped = prototype();
  shaped.shaping = true;
  int deep = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Episode a = play(plain, seed), b = play(shaped, seed);
    REQUIRE(a.actions == b.actions);
    CHECK(a.total == a.last);
    CHECK(b.total == Approx(a.total).margin(1e-5));
    std::array<CaloCell, kMostSegments> cells;
    const double r = calo_value(a.end.plan.cells(cells), a.end.context).reward;
    CHECK(a.total == Approx(r).margin(1e-6));
    if (a.end.plan.depth < kLeastDepth)
      CHECK(r == kWorstReward);
    else
      ++deep;
  }
  CHECK(deep > 10);
  CaloBuild env = prototype();
  Rng rng(1);
  CHECK(env.step(CaloBuild::kStop, rng).reward == kWorstReward);
  CaloBuild wrong = prototype();
  const Outcome lost = wrong.step(CaloBuild::kFirstActive, rng);
  CHECK(lost.terminated);
  CHECK(lost.reward == kWorstReward);
}

TEST_CASE(
    "CaloBuild's reference is worth nothing, a finer stack more, and a resonance half of it") {
  CaloContext context;
  for (const CaloTarget target : {CaloTarget::kResolution, CaloTarget::kResonance}) {
    context.target = target;
    context.set_reference();
    CaloPlan reference, finer;
    for (int i = 0; i < 5; ++i) reference.add({0, 3, 2, 6}, context);  // 60 × (Pb ½ X0, Sc 4 mm)
    for (int i = 0; i < 5; ++i) finer.add({0, 2, 2, 7}, context);  // 80 × (Pb 0.35 X0, Sc 4 mm)
    std::array<CaloCell, kMostSegments> cells;
    CHECK(calo_value(reference.cells(cells), context).reward == Approx(0).margin(1e-4));
    const CaloValue value = calo_value(finer.cells(cells), context);
    CHECK(value.reward > (target == CaloTarget::kResolution ? 0.05 : 0.02));
    if (target == CaloTarget::kResonance)
      CHECK(discovery_probability(std::exp(value.reward)) > 0.5);
  }
  CHECK(discovery_probability(1) == Approx(0.5));
}

TEST_CASE(
    "photons are told from neutral pions as drawn quanta say, best by dense and fine stacks") {
  Config options;
  options.set("target", std::string("gamma_pi0"));
  const CaloContext context = read_calo_context(options);
  CHECK(context.energies_gev[2] == 100);
  const auto stack_of = [&](CaloChoice choice, int segments,
                            std::array<CaloCell, kMostSegments>& to) {
    CaloPlan plan;
    for (int i = 0; i < segments; ++i) plan.add(choice, context);
    return plan.cells(to);
  };
  std::array<CaloCell, kMostSegments> storage, other;
  const CaloStack lead(stack_of({0, 3, 2, 6}, 5, storage), context.readout);
  CHECK(calo_value(lead.cells(), context).reward == Approx(0).margin(1e-4));
  for (const double energy : {5.0, 20.0, 50.0, 100.0}) {
    const double taken = pions_taken(lead, lead.core(energy));
    CHECK(taken < kPhotonsKept);
    constexpr int kShowers = 1000;
    CHECK(pions_taken(lead, lead.core(energy), kShowers, Rng(1)) ==
          Approx(taken).margin(0.03 + 4 * std::sqrt(taken / (kShowers / 2))));
  }
  // Tungsten is denser than lead, and half the thickness of the layers gives more quanta.
  const CaloStack tungsten(stack_of({1, 3, 0, 6}, 5, other), context.readout);
  CHECK(pions_taken(tungsten, tungsten.core(50)) < pions_taken(lead, lead.core(50)));
  const CaloStack finer(stack_of({0, 1, 1, 7}, 7, other), context.readout);
  CHECK(pions_taken(finer, finer.core(50)) < pions_taken(lead, lead.core(50)));
  CHECK_THROWS_WITH(best_calo(context), ContainsSubstring("gamma_pi0"));
}

TEST_CASE(
    "CaloBuild by simulated showers agrees with the formulas, with random numbers in common") {
  CaloBuild env = prototype();
  env.monte_carlo = true;
  env.showers = 4000;
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 12 && compared < 4; ++seed) {
    const Episode a = play(env, seed);
    if (a.end.plan.depth < 18) continue;
    ++compared;
    CHECK(a.total == Approx(a.end.value.reward).margin(0.08));  // half-widths for rms
    CHECK(play(env, seed).total == a.total);
    CaloBuild fresh = env;
    fresh.common = false;
    CHECK(play(fresh, seed).total != a.total);
  }
  CHECK(compared == 4);
}

TEST_CASE(
    "CaloBuild as a design problem: legal points, the environment's rewards, showers counted") {
  Config options;
  options.set("budget=300");
  options.set("showers=100");
  const auto problem = find_design_task("CaloBuild-v0").make_problem(options);
  const std::size_t n = problem->variables().size();
  REQUIRE(n == 48);
  Rng rng(3);
  CaloBuild env = prototype();
  env.context.budget = 300;
  env.context.set_reference();
  for (int i = 0; i < 300; ++i) {
    std::vector<double> point(n);
    for (double& x : point) x = rng.uniform(-2, 9);
    problem->repair(point);
    std::vector<double> again = point;
    problem->repair(again);
    REQUIRE(again == point);
    CHECK(problem->analytic(point) >= kWorstReward);
  }
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Episode episode = play(env, seed);
    const std::vector<double> point = problem->from_actions(episode.actions);
    std::vector<double> repaired = point;
    problem->repair(repaired);
    REQUIRE(repaired == point);
    CHECK(problem->analytic(point) == Approx(episode.total).margin(1e-6));
  }
  const std::vector<double> point = problem->from_actions(play(env, 1, 0).actions);
  const double first = problem->evaluate(point, 7);
  CHECK(problem->evaluate(point, 7) == first);
  CHECK(problem->evaluate(point, 8) != first);
  CHECK(problem->simulated() == 3 * problem->cost_of_one());
  CHECK(problem->cost_of_one() == 300);
  CHECK_THAT(problem->describe(point), ContainsSubstring("\"budget\": {\"cost\": 300"));
  const std::vector<int> wrong{0, 0};
  CHECK_THROWS_WITH(problem->from_actions(wrong), ContainsSubstring("action 0 is none of step 1"));
}

TEST_CASE("random contexts differ, and seeds name them") {
  Config options;
  options.set("context_seed=3");
  const CaloContext a = read_calo_context(options), b = read_calo_context(options);
  CHECK(a.budget == b.budget);
  CHECK(a.budget >= 250);
  CHECK(a.budget <= 1000);
  CHECK(a.reference != 0);
  options.set("context_seed=4");
  CHECK(read_calo_context(options).budget != a.budget);
}
