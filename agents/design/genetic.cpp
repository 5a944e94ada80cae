#include "agents/design/methods.hpp"
#include "core/usize.hpp"

#include <algorithm>

namespace tengen {
namespace {

struct Individual {
  double fitness = 0;
  DesignPoint point;
};

const Individual& tournament(const std::vector<Individual>& all, Rng& rng) {
  constexpr int kRivals = 3;
  const auto n = static_cast<std::uint32_t>(all.size());
  std::uint32_t best = rng.below(n);
  for (int i = 1; i < kRivals; ++i) {
    const std::uint32_t rival = rng.below(n);
    if (all[rival].fitness > all[best].fitness) best = rival;
  }
  return all[best];
}

// Between two cuts the coordinates are the other parent's, since neighbours in the list belong
// together.
DesignPoint cross(const DesignPoint& a, const DesignPoint& b, Rng& rng) {
  const auto n = static_cast<std::uint32_t>(a.size());
  std::uint32_t from = rng.below(n + 1), to = rng.below(n + 1);
  if (from > to) std::swap(from, to);
  DesignPoint out = a;
  std::copy(b.begin() + from, b.begin() + to, out.begin() + from);
  return out;
}

}  // namespace

void evolve(const detector::DesignProblem& problem, int population, Rng& rng,
            const std::function<bool()>& more,
            const std::function<double(std::span<double>)>& fitness) {
  constexpr double kCrossed = 0.7, kMutated = 0.7;
  const auto size = usize(population);
  std::vector<Individual> all, next;
  const auto add = [&](std::vector<Individual>& to, DesignPoint point) {
    const double value = fitness(point);
    to.push_back({value, std::move(point)});
  };
  while (all.size() < size && more()) add(all, random_point(problem, rng));
  const auto better = [](const Individual& a, const Individual& b) {
    return a.fitness > b.fitness;
  };
  while (more()) {
    std::ranges::sort(all, better);
    next.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                               all.size(), std::max<std::size_t>(1, size / 10))));
    while (next.size() < size && more()) {
      DesignPoint child = tournament(all, rng).point;
      const bool crossed = rng.chance(kCrossed);
      if (crossed) child = cross(child, tournament(all, rng).point, rng);
      problem.repair(child);
      if (!crossed || rng.chance(kMutated)) child = neighbour(problem, child, rng);
      add(next, std::move(child));
    }
    all.swap(next);
  }
}

void design_by_genetic(DesignSearch& search) {
  const auto population =
      static_cast<int>(std::clamp<std::int64_t>(search.designs_left() / 20, 10, 50));
  evolve(
      search.problem(), population, search.rng(), [&] { return search.more(); },
      [&](std::span<double> point) { return search.evaluate(point); });
}

}  // namespace tengen
