// The methods of design that are no agents have a file each.
#pragma once

#include "agents/design/design_search.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// Simulates uniformly random designs.
void design_by_random(DesignSearch& search);
/// Simulates designs of Sobol's sequence (1967), in Gray-code order (Antonov and Saleev 1979) and
/// digitally shifted by chance, which are spread more evenly than random ones. The directions'
/// first numbers are drawn by chance, not tabulated.
void design_by_sobol(DesignSearch& search);
/// Goes from the best of a few random designs to better neighbours, and begins afresh where many in
/// a row are no better.
void design_by_hill_climbing(DesignSearch& search);
/// Takes Metropolis steps to neighbours, from a temperature of 0.3 (in units of reward) down to
/// 0.003 at the budget's end (Kirkpatrick, Gelatt and Vecchi 1983).
void design_by_annealing(DesignSearch& search);
/// A genetic algorithm with tournaments of three, two-point crossover, neighbours as mutants, and
/// the best kept.
void design_by_genetic(DesignSearch& search);
/// Covariance matrix adaptation (Hansen and Ostermeier 2001), pagmo's; choices are real numbers
/// rounded; starts anew where it has converged. Throws Error if the program was built without
/// pagmo.
void design_by_cma_es(DesignSearch& search);
/// Bayesian optimisation: a Gaussian process of Matérn's covariance 5/2 on at most 500 designs,
/// expected improvement (Mockus; Jones, Schonlau and Welch 1998) over random designs and neighbours
/// of the best.
void design_by_gaussian_process(DesignSearch& search);
/// Searches the formulas, which cost nothing, and spends the whole budget on their 20 best designs,
/// equally, of which it names the best.
void design_by_guided(DesignSearch& search);
/// Evaluates every design there is by the formulas and simulates none. Throws Error where they are
/// too many.
void design_by_enumeration(DesignSearch& search);
/// Monte Carlo tree search (agents/search/uct.hpp): coordinates are moves, one after another, and
/// completions are simulated that are a tenth random, otherwise the best design's so far. One
/// descent through all of them spends half of what is left of the budget, equally over its moves;
/// then the next begins. Throws Error for real coordinates.
void design_by_tree_search(DesignSearch& search);

struct DesignMethod {
  std::string name;         ///< "cmaes"
  std::string description;  ///< one line
  void (*run)(DesignSearch&);
};
const std::vector<DesignMethod>& design_methods();

/// Keeps what the formulas say of many designs, which costs nothing.
class FormulaRanking {
 public:
  explicit FormulaRanking(const detector::DesignProblem& problem) : problem_(problem) {}
  /// Repairs the point and returns its reward by the formulas.
  double look(std::span<double> point);
  /// Spends the rest of the search's budget on the 20 best designs, each time with other random
  /// numbers, and names the one of the best mean. There is at least one.
  void decide(DesignSearch& search) const;

 private:
  struct Seen {
    double reward;
    DesignPoint point;
  };
  const detector::DesignProblem& problem_;
  std::map<std::string, Seen> seen_;
};

/// Runs a genetic algorithm on any fitness until `more` says no.
void evolve(const detector::DesignProblem& problem, int population, Rng& rng,
            const std::function<bool()>& more,
            const std::function<double(std::span<double>)>& fitness);

}  // namespace tengen
