#include "agents/design/methods.hpp"
#include "core/check.hpp"

#ifdef TENGEN_PAGMO
#include <algorithm>
#include <cmath>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

namespace tengen {
namespace {

struct Spent {};  // thrown out of pagmo when the budget is

// What pagmo minimises. It is copied, so it only points.
struct Task {
  DesignSearch* search = nullptr;

  [[nodiscard]] std::size_t size() const { return search->problem().variables().size(); }
  [[nodiscard]] pagmo::vector_double fitness(const pagmo::vector_double& unit) const {
    if (!search->more()) throw Spent{};
    DesignPoint point = point_at(search->problem(), unit);
    return {-search->evaluate(point)};
  }
  [[nodiscard]] std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(size(), 0), pagmo::vector_double(size(), 1)};
  }
};

}  // namespace

void design_by_cma_es(DesignSearch& search) {
  constexpr unsigned kGenerations = 1'000'000;
  constexpr double kFirstWidth = 0.3, kConverged = 1e-3;
  const auto n = static_cast<double>(search.problem().variables().size());
  const auto population = static_cast<pagmo::population::size_type>(4 + 3 * std::log(n));
  try {
    while (search.more()) {
      const unsigned seed = search.rng().next();
      pagmo::population points(pagmo::problem{Task{&search}},
                               std::max<pagmo::population::size_type>(population, 5), seed);
      const pagmo::cmaes method(kGenerations, -1, -1, -1, -1, kFirstWidth, kConverged, kConverged,
                                false, true, seed);
      method.evolve(points);
    }
  } catch (const Spent&) {
  }
}

}  // namespace tengen
#else
namespace tengen {

void design_by_cma_es(DesignSearch& /*search*/) {
  throw Error("this program was built without pagmo, which has CMA-ES: install libpagmo-dev");
}

}  // namespace tengen
#endif
