// TrackerBuild: masks, limits, rewards, and the same task as optimisers see it.
#include "envs/detector/tracker_build.hpp"
#include "agents/design/design_tasks.hpp"
#include "core/check.hpp"
#include "tests/catch.hpp"

#include <algorithm>

using namespace tengen;
using namespace tengen::detector;

namespace {

std::vector<int> legal_actions(const TrackerBuild& env) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(std::get<Discrete>(env.spec().action).n));
  env.legal(mask);
  std::vector<int> out;
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0) out.push_back(static_cast<int>(i));
  return out;
}

// Whether, after these layers, four can be had by whatever further ones: tried one by one.
bool can_complete(const TrackerPlan& plan, const TrackerContext& context) {
  if (plan.cost > context.budget + 1e-9 || plan.material > context.material + 1e-9) return false;
  if (plan.count >= kLeastBuiltLayers) return true;
  for (int slot = plan.last + 1; slot < kSlots; ++slot)
    for (int technology = 0; technology < TrackerBuild::kTechnologyCount; ++technology) {
      TrackerPlan next = plan;
      next.add(slot, technology);
      if (can_complete(next, context)) return true;
    }
  return false;
}

struct Episode {
  std::vector<int> actions;
  double total = 0, last = 0;
  TrackerBuild end;
};

Episode play(TrackerBuild env, std::uint64_t seed) {
  Rng rng(seed), choices(seed + 1000);
  env.reset(rng);
  Episode out;
  for (bool over = false; !over;) {
    const std::vector<int> legal = legal_actions(env);
    // Near slots, so that there is room for many layers.
    const auto near = static_cast<std::uint32_t>(std::min<std::size_t>(legal.size(), 12));
    const bool stop = choices.chance(0.1) && env.plan.complete(env.context);
    out.actions.push_back(stop && !env.context.identical ? TrackerBuild::kStop
                                                         : legal[choices.below(near)]);
    const Outcome outcome = env.step(out.actions.back(), rng);
    out.total += outcome.reward, out.last = outcome.reward, over = outcome.terminated;
  }
  out.end = env;
  return out;
}

}  // namespace

TEST_CASE("TrackerBuild's masks allow what can be completed to four layers, and nothing else") {
  Rng rng(2);
  for (int game = 0; game < 40; ++game) {
    TrackerBuild env;
    env.context.budget = rng.uniform(100, 1000);
    env.context.material = rng.uniform(0.06, 0.1);
    env.reset(rng);
    while (!env.finished) {
      const std::vector<int> legal = legal_actions(env);
      for (int action = 0; action < TrackerBuild::kStop; ++action) {
        const auto [slot, technology] = TrackerBuild::layer_of(action, false);
        TrackerPlan next = env.plan;
        bool expected = slot > next.last && next.count < kMostBuiltLayers;
        if (expected) {
          next.add(slot, technology);
          expected = can_complete(next, env.context);
        }
        REQUIRE((std::ranges::count(legal, action) == 1) == expected);
      }
      CHECK((std::ranges::count(legal, TrackerBuild::kStop) == 1) == (env.plan.count >= 4));
      env.step(legal[rng.below(static_cast<std::uint32_t>(legal.size()))], rng);
    }
  }
}

TEST_CASE("TrackerBuild pays R = −J, less what tracks are lost, and shaping keeps the sum") {
  TrackerBuild plain, shaped;
  shaped.shaping = true;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Episode a = play(plain, seed), b = play(shaped, seed);
    REQUIRE(a.actions == b.actions);
    CHECK(a.total == a.last);
    CHECK(b.total == Approx(a.total).margin(1e-5));
    const Tracker tracker = build_tracker(a.end.plan);
    CHECK_NOTHROW(check_tracker(tracker));
    const double lost =
        std::log(hit_probability(static_cast<int>(tracker.layers.size()), 4, kHitEfficiency));
    CHECK(a.total ==
          Approx(std::max(-tracker_score(tracker).j + lost, kWorstTracker)).margin(1e-6));
  }
  TrackerBuild env;
  Rng rng(1);
  const Outcome lost = env.step(TrackerBuild::kStop, rng);
  CHECK(lost.terminated);
  CHECK(lost.reward == kWorstTracker);
}

TEST_CASE("TrackerBuild's identical problem is that of six slots") {
  TrackerBuild env;
  env.context.identical = true;
  Rng rng(1);
  env.reset(rng);
  double total = 0;
  bool over = false;
  for (const int slot : kEquidistantSlots) {
    REQUIRE_FALSE(over);
    const std::vector<int> legal = legal_actions(env);
    CHECK(std::ranges::count(legal, slot) == 1);
    const Outcome outcome = env.step(slot, rng);
    total += outcome.reward, over = outcome.terminated;
  }
  CHECK(over);
  CHECK(total == Approx(0).margin(1e-6));
  const Episode episode = play(env, 7);
  REQUIRE(episode.actions.size() == 6);
  CHECK(episode.total == Approx(-tracker_score(slot_tracker(episode.actions)).j).margin(1e-6));
  TrackerBuild last;
  last.context.identical = true;
  last.step(24, rng);
  CHECK(legal_actions(last) == std::vector<int>{25});
}

TEST_CASE(
    "TrackerBuild as a design problem: legal points, the environment's rewards, tracks counted") {
  Rng rng(3);
  for (const char* form : {"technologies", "identical"}) {
    Config options;
    options.set("problem", std::string(form));
    options.set("budget=400");
    options.set("tracks=200");
    const auto problem = find_design_task("TrackerBuild-v0").make_problem(options);
    const std::size_t n = problem->variables().size();
    for (int i = 0; i < 300; ++i) {
      std::vector<double> point(n);
      for (double& x : point) x = rng.uniform(-3, problem->variables()[0].choices + 2);
      if (i == 0) std::ranges::fill(point, 0);
      problem->repair(point);
      std::vector<double> again = point;
      problem->repair(again);
      REQUIRE(again == point);
      CHECK(problem->analytic(point) > kWorstTracker);
    }
    TrackerBuild env;
    env.context = read_tracker_context(options);
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Episode episode = play(env, seed);
      const std::vector<double> point = problem->from_actions(episode.actions);
      std::vector<double> repaired = point;
      problem->repair(repaired);
      REQUIRE(repaired == point);
      CHECK(problem->analytic(point) == Approx(episode.total).margin(1e-6));
    }
    const std::vector<double> point = problem->from_actions(play(env, 1).actions);
    const double first = problem->evaluate(point, 7);
    CHECK(problem->evaluate(point, 7) == first);
    CHECK(problem->evaluate(point, 8) != first);
    CHECK(problem->simulated() == 3 * 3 * 200);
    CHECK(problem->evaluate_finally(point, 1) ==
          Approx(problem->analytic(point)).margin(0.08));  // hits are lost
    const bool slots = std::string_view(form) == "identical";
    CHECK_THAT(problem->describe(point), ContainsSubstring(slots ? "slots" : "radius_cm"));
    const std::vector<int> wrong{95};
    CHECK_THROWS_WITH(problem->from_actions(wrong), ContainsSubstring("action 95 is none"));
  }
}
