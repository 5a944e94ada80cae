#include "agents/search/options.hpp"

namespace tengen {

SearchOptions read_search_options(const Config& config, SearchOptions o) {
  o.rule = config.choice("rule", o.rule == SearchRule::kGumbel ? "gumbel" : "puct",
                         {"gumbel", "puct"}) == "gumbel"
               ? SearchRule::kGumbel
               : SearchRule::kPuct;
  o.simulations = config.get("simulations", o.simulations, 1, 1 << 24);
  o.c_puct = config.get("c_puct", o.c_puct, 0.0F, 100.0F);
  o.fpu_reduction = config.get("fpu_reduction", o.fpu_reduction, 0.0F, 2.0F);
  o.root_fpu_reduction = config.get("root_fpu_reduction", o.root_fpu_reduction, 0.0F, 2.0F);
  o.dirichlet_total = config.get("dirichlet_total", o.dirichlet_total, 1e-3F, 1e6F);
  o.noise_fraction = config.get("noise_fraction", o.noise_fraction, 0.0F, 1.0F);
  o.root_temperature = config.get("root_temperature", o.root_temperature, 0.1F, 10.0F);
  o.forced_playouts = config.get("forced_playouts", o.forced_playouts, 0.0F, 100.0F);
  o.considered_actions = config.get("considered_actions", o.considered_actions, 1, 1 << 16);
  o.c_visit = config.get("c_visit", o.c_visit, 0.0F, 1e6F);
  o.c_scale = config.get("c_scale", o.c_scale, 0.0F, 1e3F);
  o.playout_weight = config.get("playout_weight", o.playout_weight, 0.0F, 1.0F);
  o.solve = config.get("solve", o.solve);
  o.random_symmetry = config.get("random_symmetry", o.random_symmetry);
  o.ownership = config.get("ownership", o.ownership);
  return o;
}

}  // namespace tengen
