#include "agents/design/methods.hpp"
#include "core/check.hpp"
#include "core/system/interrupt.hpp"
#include "core/usize.hpp"

#include <algorithm>

namespace tengen {

double FormulaRanking::look(std::span<double> point) {
  stop_if_interrupted();
  problem_.repair(point);
  const double reward = problem_.analytic(point);
  seen_.try_emplace(problem_.describe(point), reward, DesignPoint(point.begin(), point.end()));
  return reward;
}

void FormulaRanking::decide(DesignSearch& search) const {
  constexpr std::int64_t kBest = 20;
  TENGEN_CHECK(!seen_.empty());
  std::vector<const Seen*> best;
  for (const auto& [name, seen] : seen_) best.push_back(&seen);
  std::ranges::stable_sort(best, std::ranges::greater{}, &Seen::reward);
  const std::int64_t most = std::clamp<std::int64_t>(search.designs_left(), 1, kBest);
  best.resize(std::min(best.size(), usize(most)));
  std::vector<double> sum(best.size());
  std::uint64_t round = 1;
  for (; search.designs_left() >= static_cast<std::int64_t>(best.size()); ++round) {
    for (std::size_t i = 0; i < best.size() && search.more(); ++i)
      sum[i] += search.evaluate_afresh(best[i]->point, round);
    const auto first = usize(std::ranges::max_element(sum) - sum.begin());
    search.nominate(best[first]->point, sum[first] / static_cast<double>(round));
  }
  if (round == 1) search.nominate(best.front()->point, best.front()->reward);
}

void design_by_guided(DesignSearch& search) {
  constexpr int kLooks = 40'000, kPopulation = 200;
  FormulaRanking ranking(search.problem());
  int looks = 0;
  evolve(
      search.problem(), kPopulation, search.rng(), [&] { return looks < kLooks; },
      [&](std::span<double> point) {
        ++looks;
        return ranking.look(point);
      });
  ranking.decide(search);
}

}  // namespace tengen
