// tengen bench detector: showers, tracks and designs per second.
#include "experiments/bench/bench.hpp"
#include "physics/calorimeter.hpp"
#include "physics/tracker.hpp"

#include <chrono>

namespace tengen {

using namespace detector;

namespace {

Calorimeter hundred_layers() {
  return Calorimeter({{{100, &material("Pb"), 0.14, &material("Sc"), 0.4}}, {}});
}

void bench_calorimeter(const BenchOptions& options) {
  const Calorimeter uniform = hundred_layers();
  const CaloStack stack = uniform.stack();
  std::vector<float> scratch, deposited(100), visible(100);
  bench(options, "calorimeter, 100 layers, Monte Carlo", "showers/s", 1,
        [&] { return stack.simulate(10, 1000, Rng(1), scratch).resolution > 0 ? 1000 : 0; });
  Rng rng(1);
  bench(options, "calorimeter, 100 layers, one by one", "showers/s", 1, [&] {
    for (int i = 0; i < 100; ++i) stack.simulate_layers(10, rng, deposited, visible);
    return 100;
  });
  std::vector<Segment> segments;
  for (int i = 0; i < 12; ++i)
    segments.push_back({8, &material(i % 2 == 0 ? "Pb" : "W"), 0.14, &material("Sc"), 0.4});
  const Calorimeter of_segments({segments, {}});
  const CaloStack mixed = of_segments.stack();
  bench(options, "calorimeter, 12 segments, Monte Carlo", "showers/s", 1,
        [&] { return mixed.simulate(10, 1000, Rng(1), scratch).resolution > 0 ? 1000 : 0; });
  for (const auto& [name, calorimeter] :
       {std::pair{"1 segment", &stack}, std::pair{"12 segments", &mixed}}) {
    double energy = 2, sum = 0;
    bench(options, std::string("calorimeter, ") + name + ", analytic", "energies/s", 1, [&] {
      for (int i = 0; i < 100; ++i) sum += calorimeter->analytic(energy += 1e-6).resolution;
      return sum > 0 ? 100 : 0;
    });
    bench(options, std::string("calorimeter, ") + name + ", a design's 3 energies", "designs/s", 1,
          [&] {
            for (int i = 0; i < 100; ++i, energy += 1e-6)
              for (const double e : {1.0, 5.0, 20.0})
                sum += calorimeter->core(e + energy).half_width;
            return sum > 0 ? 100 : 0;
          });
  }
}

void bench_tracker(const BenchOptions& options) {
  const Tracker six = slot_tracker(kEquidistantSlots);
  double shift = 0, sum = 0;
  bench(options, "tracker, 6 layers, 3 momenta", "designs/s", 1, [&] {
    for (int i = 0; i < 100; ++i, shift += 1e-9)
      for (const double pt : kScoredPt) sum += track_resolution(six, pt + shift).momentum;
    return sum > 0 ? 100 : 0;
  });
  bench(options, "tracker, 6 layers, Monte Carlo", "tracks/s", 1,
        [&] { return simulate_tracks(six, 10, 1000, Rng(1)).fitted; });
  if (!wanted(options, "tracker, best 6 of 30 slots")) return;
  const auto began = std::chrono::steady_clock::now();
  const BestSlots best = best_six_slots(options.threads);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
  if (best.designs > 0)
    report(options, "tracker, best 6 of 30 slots", passed.count(), "s", options.threads);
}

}  // namespace

void bench_detector(const BenchOptions& options) {
  bench_calorimeter(options);
  bench_tracker(options);
}

}  // namespace tengen
