#include "agents/design/methods.hpp"

namespace tengen {

void design_by_random(DesignSearch& search) {
  while (search.more()) {
    DesignPoint point = random_point(search.problem(), search.rng());
    search.evaluate(point);
  }
}

}  // namespace tengen
