#include "agents/design/methods.hpp"

namespace tengen {

const std::vector<DesignMethod>& design_methods() {
  static const std::vector<DesignMethod> kMethods = {
      {"random", "uniformly random designs", design_by_random},
      {"sobol", "Sobol's sequence: evenly spread designs", design_by_sobol},
      {"hillclimb", "to better neighbours, with restarts", design_by_hill_climbing},
      {"anneal", "simulated annealing", design_by_annealing},
      {"genetic", "a genetic algorithm", design_by_genetic},
      {"cmaes", "covariance matrix adaptation (pagmo)", design_by_cma_es},
      {"gp", "Bayesian optimisation with a Gaussian process", design_by_gaussian_process},
      {"guided", "searches the formulas, simulates their 20 best", design_by_guided},
      {"search", "Monte Carlo tree search over the choices", design_by_tree_search},
      {"exact", "every design by the formulas, where they are few", design_by_enumeration},
  };
  return kMethods;
}

}  // namespace tengen
