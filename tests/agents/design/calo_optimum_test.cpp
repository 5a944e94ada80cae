// The best calorimeter: dynamic programming against trying everything, and what must follow.
#include "agents/design/calo_optimum.hpp"
#include "tests/catch.hpp"

#include <algorithm>

using namespace tengen;
using namespace tengen::detector;

namespace {

template <class F>
void for_each_choice(F&& f) {
  for (std::uint8_t a = 0; a < kAbsorbers.size(); ++a)
    for (std::uint8_t t = 0; t < kAbsorberLengths.size(); ++t)
      for (std::uint8_t s = 0; s < kActiveLayers.size(); ++s)
        for (std::uint8_t r = 0; r < kRepeats.size(); ++r) f(CaloChoice{a, t, s, r});
}

double reward(const CaloPlan& plan, const CaloContext& context) {
  std::array<CaloCell, kMostSegments> cells;
  return calo_value(plan.cells(cells), context).reward;
}

// The share of the layers whose absorber or active material this is.
double share_of(const CaloPlan& plan, std::string_view name) {
  int found = 0;
  for (int i = 0; i < plan.count; ++i) {
    const CaloChoice& c = plan.segments[static_cast<std::size_t>(i)];
    if (kAbsorbers[c.absorber] == name || kActiveLayers[c.active].material == name)
      found += c.layers();
  }
  return found / static_cast<double>(plan.layers);
}

CaloContext clean() {
  CaloContext context;
  context.readout = {};
  context.set_reference();
  return context;
}

constexpr int kFew = 6;  // segments: half a second

}  // namespace

TEST_CASE("dynamic programming finds the least sum there is") {
  const CaloContext context = clean();
  CaloPlan around;
  for (int i = 0; i < 2; ++i) around.add({0, 3, 2, 7}, context);
  const CaloModel model(context, around);
  for (const CaloModel::Multipliers prices : {CaloModel::Multipliers{}, {0.3, 0.1, 0.2}}) {
    double least = 1e9;
    for_each_choice([&](const CaloChoice& choice) {
      CaloPlan one;
      one.add(choice, context);
      least = std::min(least, model.value(one, prices));
    });
    const CaloModel::Solution one = model.solve(prices, 1, true);
    CHECK(one.value == Approx(least).epsilon(1e-12));
    CHECK(model.value(one.plan, prices) == Approx(one.value).epsilon(1e-12));
    // All pairs with the best single segment or after it, and random ones.
    const CaloModel::Solution two = model.solve(prices, 2, true);
    CHECK(two.plan.count <= 2);
    CHECK(two.value <= one.value);
    CHECK(model.value(two.plan, prices) == Approx(two.value).epsilon(1e-12));
    least = two.value;
    for (const CaloChoice& fixed : {two.plan.segments[0], two.plan.segments[1]})
      for (const bool first : {true, false})
        for_each_choice([&](const CaloChoice& choice) {
          CaloPlan pair;
          pair.add(first ? fixed : choice, context);
          pair.add(first ? choice : fixed, context);
          least = std::min(least, model.value(pair, prices));
        });
    Rng rng(1);
    const auto drawn = [&](std::uint32_t n) { return static_cast<std::uint8_t>(rng.below(n)); };
    for (int i = 0; i < 100'000; ++i) {
      CaloPlan pair;
      for (int k = 0; k < 2; ++k) pair.add({drawn(4), drawn(8), drawn(10), drawn(8)}, context);
      least = std::min(least, model.value(pair, prices));
    }
    CHECK(least == Approx(two.value).epsilon(1e-12));
  }
  CHECK(share_of(model.solve({}, 3, false).plan, "LAr") == 0);
}

TEST_CASE("the best single segment is that of all that fit") {
  CaloContext context;
  context.budget = 100;
  context.length_cm = 20;
  context.energies_gev = {0.5, 2, 5};
  context.set_reference();
  double best = kWorstReward;
  for_each_choice([&](const CaloChoice& choice) {
    CaloPlan plan;
    if (!plan.fits(choice, context)) return;
    plan.add(choice, context);
    best = std::max(best, reward(plan, context));
  });
  CHECK(best > kWorstReward);
  CHECK(best_calo(context, 1).reward == best);
}

TEST_CASE("the best calorimeter keeps its limits and beats what was begun with") {
  CaloContext context;
  context.set_reference();
  const CaloOptimum best = best_calo(context, kFew);
  CHECK(best.plan.count <= kFew);
  CHECK(best.plan.cost <= context.budget + 1e-6);
  CHECK(best.plan.length_cm <= context.length_cm + 1e-6);
  CHECK(best.plan.layers <= kMostLayers);
  CHECK(reward(best.plan, context) == best.reward);
  CHECK(best.reward > 0.79);
  CHECK(best.gap >= -1e-9);
  CHECK(best.gap < 0.1);
  // Random changes of one layer kind find nothing better that fits.
  Rng rng(5);
  for (int i = 0; i < 3000; ++i) {
    CaloPlan other;
    const auto changed = static_cast<int>(rng.below(static_cast<std::uint32_t>(best.plan.count)));
    for (int k = 0; k < best.plan.count; ++k) {
      CaloChoice c = best.plan.segments[static_cast<std::size_t>(k)];
      if (k == changed) c.thickness = static_cast<std::uint8_t>(rng.below(8));
      if (k == changed) c.active = static_cast<std::uint8_t>(rng.below(10));
      if (other.fits(c, context)) other.add(c, context);
    }
    CHECK(reward(other, context) <= best.reward + 1e-8);
  }
}

TEST_CASE("the best design that is kept is as good as it was found to be") {
  CaloContext context;
  context.set_reference();
  const CaloPlan* known = best_known_calo(context);
  REQUIRE(known != nullptr);
  CHECK(reward(*known, context) == Approx(0.89526).margin(1e-5));
  CHECK(known->cost <= context.budget);
  context.budget += 1;
  CHECK(best_known_calo(context) == nullptr);
}

TEST_CASE("more never hurts, and what is given away is used", "[.slow]") {
  CaloContext base;
  base.readout = {};
  base.budget = 300;
  base.set_reference();
  const CaloOptimum usual = best_calo(base, kFew);

  CaloContext poor = base, unlimited = base;
  poor.budget = 200;
  CHECK(best_calo(poor, kFew).reward < usual.reward);
  unlimited.budget = CaloContext::kMostBudget, unlimited.length_cm = CaloContext::kMostLength;
  const CaloOptimum most = best_calo(unlimited);
  CHECK(most.reward > usual.reward);
  CHECK(most.plan.depth >= 25);
  CHECK(share_of(most.plan, "Pb") + share_of(most.plan, "W") > 0.9);
  CHECK(share_of(most.plan, "LAr") == 1);  // the thickest layers there are
  for (int i = 0; i < most.plan.count; ++i)
    CHECK(kActiveLayers[most.plan.segments[static_cast<std::size_t>(i)].active].cm == 0.8);

  // A planted optimum: what costs nothing takes over, and R grows.
  const auto gift = [&](std::string_view name) {
    CaloContext context = base;
    for (std::size_t i = 0; i < kPrices.size(); ++i)
      if (kPrices[i].first == name) context.free = static_cast<int>(i);
    return context;
  };
  const CaloOptimum tungsten = best_calo(gift("W"), kFew), silicon = best_calo(gift("Si"), kFew);
  CHECK(tungsten.reward > usual.reward);
  CHECK(share_of(tungsten.plan, "W") > 0.5);
  CHECK(share_of(usual.plan, "W") < 0.5);
  CHECK(silicon.reward > usual.reward);
  CHECK(share_of(silicon.plan, "Si") > 0.5);
  CHECK(share_of(usual.plan, "Si") == 0);

  CaloContext noisy = base;
  noisy.readout.noise_mev = 2;
  CHECK(best_calo(noisy, kFew).plan.layers < usual.plan.layers);
}

TEST_CASE("equal segments in the flat part of the profile may change places") {
  const CaloContext context = clean();
  CaloPlan a, b;
  for (const bool swapped : {false, true}) {
    CaloPlan& plan = swapped ? b : a;
    plan.add({0, 2, 2, 6}, context);
    plan.add({0, swapped ? std::uint8_t{2} : std::uint8_t{3}, 2, 3}, context);
    plan.add({0, swapped ? std::uint8_t{3} : std::uint8_t{2}, 2, 3}, context);
    for (int i = 0; i < 2; ++i) plan.add({0, 3, 2, 7}, context);
  }
  CHECK(reward(a, context) ==
        Approx(reward(b, context)).margin(0.018));  // noise of 3 × 512 showers
  CHECK(reward(a, context) != reward(b, context));
}
