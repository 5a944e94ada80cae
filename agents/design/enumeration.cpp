#include "agents/design/methods.hpp"
#include "core/check.hpp"
#include "core/system/interrupt.hpp"

namespace tengen {

void design_by_enumeration(DesignSearch& search) {
  constexpr double kMost = 2e6;
  const detector::DesignProblem& problem = search.problem();
  const auto variables = problem.variables();
  double count = 1;
  for (const detector::Variable& v : variables) {
    if (v.choices == 0)
      throw Error("{} is a real number: not all designs can be enumerated", v.name);
    count *= v.choices;
  }
  if (count > kMost)
    throw Error("there are {:.2g} designs, too many to enumerate (at most {:.2g})", count, kMost);
  DesignPoint point(variables.size()), repaired, best;
  double reward = 0;
  for (bool over = false; !over;) {
    stop_if_interrupted();
    repaired = point;
    problem.repair(repaired);
    const double found = problem.analytic(repaired);
    if (best.empty() || found > reward) best = repaired, reward = found;
    over = true;  // until a coordinate can be counted up
    for (std::size_t i = 0; i < point.size() && over; ++i) {
      over = ++point[i] >= variables[i].choices;
      if (over) point[i] = 0;
    }
  }
  search.nominate(best, reward);
}

}  // namespace tengen
