#include "physics/tracker.hpp"

#include "core/check.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace tengen;
using namespace tengen::detector;

TEST_CASE("track fits: the Monte Carlo has the errors that least squares promise") {
  const Tracker tracker = slot_tracker(kEquidistantSlots);
  for (const double pt : {10.0, 100.0}) {
    const TrackResolution r = track_resolution(tracker, pt);
    const TrackSample m = simulate_tracks(tracker, pt, 20'000, Rng(1));
    CHECK(m.fitted == 20'000);
    CHECK(m.momentum == Approx(r.momentum).margin(4 * m.momentum_error + 0.01 * r.momentum));
    CHECK(m.impact_cm == Approx(r.impact_cm).margin(4 * m.impact_error_cm + 0.01 * r.impact_cm));
    CHECK(m.momentum_core == Approx(r.momentum).epsilon(0.03));
    CHECK(m.impact_core_cm == Approx(r.impact_cm).epsilon(0.03));
  }
  // Who loses the outermost hit measures badly: seen by the rms, hardly by the core.
  const TrackSample real = simulate_tracks(tracker, 10, 20'000, Rng(1), 0.98);
  const double whole = track_resolution(tracker, 10).momentum;
  CHECK(real.momentum > 1.01 * whole);
  CHECK(real.momentum_core == Approx(whole).epsilon(0.05));
  const TrackSample lossy = simulate_tracks(tracker, 10, 20'000, Rng(1), 0.8);
  CHECK(lossy.fitted == Approx(20'000 * hit_probability(6, 3, 0.8)).margin(250));
  CHECK(hit_probability(6, 6, 0.98) == Approx(std::pow(0.98, 6)));
  // Curls up within 53 cm, yet crosses three layers.
  CHECK(simulate_tracks(tracker, 0.3, 100, Rng(1)).fitted == 100);
}

TEST_CASE("bad trackers are refused by layer and key") {
  const std::vector<int> twice{0, 5, 5}, outside{0, 5, 30}, few{0, 5};
  REQUIRE_THROWS_WITH(slot_tracker(twice), ContainsSubstring("slots[2] = 5"));
  REQUIRE_THROWS_WITH(slot_tracker(outside), ContainsSubstring("slots[2] = 30"));
  REQUIRE_THROWS_WITH(slot_tracker(few), ContainsSubstring("a track needs 3"));
  Tracker tracker = slot_tracker(kEquidistantSlots);
  tracker.layers[3].resolution_cm = -1;
  REQUIRE_THROWS_WITH(check_tracker(tracker), ContainsSubstring("layers[3].resolution_cm = -1"));
}

TEST_CASE("the best six of thirty slots, by enumeration") {
  const BestSlots best = best_six_slots(2);
  CHECK(best.designs == 593'775);
  CHECK(best.j < -0.12);
  CHECK(tracker_score(slot_tracker(best.slots)).j == best.j);
  CHECK(tracker_score(slot_tracker(kEquidistantSlots)).j == Approx(0).margin(1e-12));
  // No neighbour is better.
  for (std::size_t i = 0; i < 6; ++i) {
    for (const int step : {-1, 1}) {
      std::array<int, 6> near = best.slots;
      near[i] += step;
      if (near[i] < 0 || near[i] >= kSlots || !std::ranges::is_sorted(near) ||
          std::ranges::adjacent_find(near) != near.end())
        continue;
      CHECK(tracker_score(slot_tracker(near)).j > best.j);
    }
  }
}
