// The best calorimeter for a budget, by dynamic programming; CaloBuild's agents are compared with
// it.
#pragma once

#include "envs/detector/calo_task.hpp"

namespace tengen::detector {

/// A design problem linearised around one design, so that it is a sum over segments. The relative
/// variance at energy E is V = N/m² + leakage + constant², where N and the response m are sums over
/// segments of constants of their layers times the energy that the average shower leaves in them,
/// and leakage depends on the whole depth alone. The figure of merit is a concave function of the
/// V's, whose derivatives (and those of 1/m²) at the given design weigh the sums. Depths are
/// rounded to a grid.
///
/// It neglects that layers of different e/mip in one stack add to the shower's own fluctuations,
/// and that the shower's shape depends on the materials (it is the given design's).
class CaloModel {
 public:
  CaloModel(const CaloContext& context, const CaloPlan& around);

  /// Prices of what is limited, in units of the figure of merit, for all there is of it.
  struct Multipliers {
    double cost = 0, length = 0, layers = 0;
  };
  struct Solution {
    CaloPlan plan;     ///< which may exceed the limits
    double value = 0;  ///< the linearised figure of merit plus what the plan pays by the prices
  };
  /// The exact minimum over designs of at most `segments` segments and at least 10 X0; `argon`
  /// false: without liquid argon.
  [[nodiscard]] Solution solve(const Multipliers& prices, int segments, bool argon) const;
  /// The value of one design; infinite below 10 X0 or beyond the grid.
  [[nodiscard]] double value(const CaloPlan& plan, const Multipliers& prices) const;

  static constexpr double kGrid = 0.1, kDeepest = 40;  ///< X0

 private:
  struct Layer {
    CaloChoice choice;              // repeats = 0
    std::array<double, 3> share{};  // times the energy's share, by energy
    double each = 0;                // a layer
  };
  [[nodiscard]] static int steps(const CaloChoice& choice);
  [[nodiscard]] double price(const CaloChoice& choice, const Multipliers& prices) const;
  [[nodiscard]] const Layer& layer(const CaloChoice& choice) const;

  CaloContext context_;
  std::vector<Layer> layers_;
  std::array<std::vector<double>, 3> within_;  // of the average shower, by depth
  std::vector<double> leakage_;                // weighted variances of what leaks, by whole depth
};

struct CaloOptimum {
  CaloPlan plan;
  double reward = 0;  ///< R by the formulas
  /// How far the best design within the limits of the last linearised problem is from the bound
  /// that dynamic programming with multipliers gives, in R; errors from rounding depths are not in
  /// it.
  double gap = 0;
};
/// The best design of at most `segments` segments: linearised around the best so far, solved by
/// dynamic programming over depth and segments with multipliers for cost, length and layers
/// (Everett 1963), until that finds nothing better; then improved by changes of one or two choices,
/// evaluated by the formulas, eight times anew from some random changes of what is best. Seconds.
/// Throws Error for the target kGammaPi0.
CaloOptimum best_calo(const CaloContext& context, int segments = kMostSegments);

}  // namespace tengen::detector
