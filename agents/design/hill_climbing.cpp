#include "agents/design/methods.hpp"

namespace tengen {

void design_by_hill_climbing(DesignSearch& search) {
  constexpr int kFirst = 5;
  const std::size_t patience = 3 * search.problem().variables().size();  // neighbours in vain
  while (search.more()) {
    DesignPoint here;
    double reward = 0;
    for (int i = 0; i < kFirst && search.more(); ++i) {
      DesignPoint start = random_point(search.problem(), search.rng());
      const double found = search.evaluate(start);
      if (here.empty() || found > reward) here = start, reward = found;
    }
    for (std::size_t in_vain = 0; in_vain < patience && search.more(); ++in_vain) {
      DesignPoint next = neighbour(search.problem(), here, search.rng());
      const double found = search.evaluate(next);
      if (found <= reward) continue;
      here = next, reward = found;
      in_vain = 0;
    }
  }
}

}  // namespace tengen
