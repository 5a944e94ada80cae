#include "agents/design/methods.hpp"

#include <algorithm>
#include <map>

namespace tengen {

void design_by_guided(DesignSearch& search) {
  constexpr int kLooks = 40'000, kPopulation = 200;
  constexpr std::size_t kBest = 20;
  const detector::DesignProblem& problem = search.problem();
  std::map<std::string, std::pair<double, DesignPoint>> seen;
  int looks = 0;
  evolve(
      problem, kPopulation, search.rng(), [&] { return looks < kLooks; },
      [&](std::span<double> point) {
        ++looks;
        problem.repair(point);
        const double reward = problem.analytic(point);
        seen.try_emplace(problem.describe(point), reward, DesignPoint(point.begin(), point.end()));
        return reward;
      });
  std::vector<std::pair<double, DesignPoint>> best;
  for (auto& [name, design] : seen) best.push_back(std::move(design));
  std::ranges::sort(best, [](const auto& a, const auto& b) { return a.first > b.first; });
  best.resize(std::min(best.size(), kBest));
  std::vector<double> sum(best.size());
  for (std::uint64_t round = 1; search.designs_left() >= static_cast<std::int64_t>(best.size());
       ++round) {
    for (std::size_t i = 0; i < best.size() && search.more(); ++i)
      sum[i] += search.evaluate_afresh(best[i].second, round);
    const auto first = static_cast<std::size_t>(std::ranges::max_element(sum) - sum.begin());
    search.nominate(best[first].second, sum[first] / static_cast<double>(round));
  }
  if (search.nominees().empty()) search.nominate(best.front().second, best.front().first);
}

}  // namespace tengen
