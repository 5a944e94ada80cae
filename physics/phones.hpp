// Phones as detectors of air showers: what their camera sensors see, and how often an array of them
// triggers.
#pragma once

#include "core/rng.hpp"

#include <array>
#include <span>

namespace tengen::detector {

/// Muons of a vertical air shower per m² at `distance_m` from its core, by Greisen's lateral
/// distribution
/// ρ = 1.25 N_µ/(2π Γ(1.25)) (1/320)^1.25 r^−0.75 (1 + r/320)^−2.5 with N_µ = 0.95e5 (N_e/1e6)^¾
/// and E = 3.9e6 GeV (N_e/1e6)^0.9 (Particle Data Group, review of cosmic rays, air showers).
/// Distances below 10 m are taken as that.
double muon_density(double energy_gev, double distance_m);

/// Area times efficiency of one phone's sensor, m², of the order that CRAYFIS takes (Whiteson et
/// al., Astropart. Phys. 79 (2016) 1).
inline constexpr double kPhoneArea = 5e-5;
/// The probability that a phone is hit, 1 − exp(−ρ A ε), at `density` ρ muons per m².
double phone_hit_probability(double density);

/// P(at least `least` of many rare and independent events happen) where `mean` are expected:
/// 1 − Σ_{k < least} Poisson. The exact probability differs by at most the sum of squares of the
/// events' probabilities (Le Cam 1960).
double poisson_tail(double mean, int least);

/// A country of 30 × 30 km² in 15 × 15 cells; in each live people whose phones may be recruited, as
/// a cluster. Cell number `row * kSide + column`. Showers of one energy fall anywhere; one is seen
/// if at least `coincidence` phones of all clusters are hit. P(seen) is the mean over 60 × 60
/// cores, half a km apart; hits are Poisson distributed, phones are spread evenly over their cell,
/// and clusters more than 4 km off are neglected.
///
/// With coincidence = 1 the gain of a further cluster only shrinks as others are there (P is
/// submodular), so that adding the best cell each time gets at least 1 − 1/e of the optimum
/// (Nemhauser, Wolsey and Fisher 1978). With more this does not hold: where four phones are hit,
/// none of which counts by itself, a fifth is worth the more.
class PhoneMap {
 public:
  static constexpr int kSide = 15, kCells = kSide * kSide;
  static constexpr double kCellKm = 2;
  static constexpr int kCellCores = 4, kCoreSide = kCellCores * kSide;  ///< along a side

  double energy_gev = 1e11;
  int coincidence = 5;
  std::array<float, kCells> phones{};  ///< that can be recruited, by cell

  /// Draws four towns, which have 400 to 2,000 phones a cell in their middle, and some country.
  void draw_towns(Rng& rng);
  /// Works out how often a phone of a cell is hit, by distance of the core. To be called when the
  /// energy has changed.
  void set_reach();

  /// Hits expected by core, by rows of kCoreSide; they grow with every cluster.
  struct Expected {
    std::array<float, kCoreSide * kCoreSide> hits{};
  };
  void add(int cell, Expected& expected) const;
  /// What P grows by with a cluster there.
  [[nodiscard]] double gain(int cell, const Expected& expected) const;
  [[nodiscard]] double probability(const Expected& expected) const;
  /// P of a shower whose core is in column i and row j of the kCellCores × kCellCores of a cell.
  [[nodiscard]] double probability_at(int cell, int i, int j, const Expected& expected) const;
  /// The cell with the largest gain of those not in `taken`; −1 if there is none.
  [[nodiscard]] int best_cell(const Expected& expected,
                              const std::array<bool, kCells>& taken) const;
  /// P of the n cells with most phones.
  [[nodiscard]] double reference(int n) const;
  /// The share that is seen of `showers` that fall anywhere, number i from rng.split(i).
  [[nodiscard]] double simulate(std::span<const int> cells, int showers, const Rng& rng) const;

 private:
  static constexpr double kReachKm = 4;  // in either direction from the middle of a cell
  static constexpr int kPerKm = 8, kGrid = static_cast<int>(kReachKm) * kPerKm + 1;

  template <class F>
  void for_each_core(int cell, F&& f) const;
  [[nodiscard]] double hit(double dx_km, double dy_km) const;

  // Mean over the phones of a cell by the core's distance from its middle, 0 to 4 km in x and y.
  std::array<float, kGrid * kGrid> hit_{};
};

}  // namespace tengen::detector
