#include "agents/design/methods.hpp"

#include <cmath>

namespace tengen {

void design_by_annealing(DesignSearch& search) {
  constexpr double kHot = 0.3, kCold = 0.003;
  if (!search.more()) return;
  DesignPoint here = random_point(search.problem(), search.rng());
  double reward = search.evaluate(here);
  while (search.more()) {
    const double gone = static_cast<double>(search.spent()) / static_cast<double>(search.budget());
    const double temperature = kHot * std::pow(kCold / kHot, gone);
    DesignPoint next = neighbour(search.problem(), here, search.rng());
    const double found = search.evaluate(next);
    if (!search.rng().chance(std::exp(std::min(0.0, (found - reward) / temperature)))) continue;
    here = next, reward = found;
  }
}

}  // namespace tengen
