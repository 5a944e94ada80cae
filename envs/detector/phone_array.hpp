// PhoneArray-v0: where to recruit phones, so that together they see the most energetic air showers.
#pragma once

#include "core/config.hpp"
#include "envs/environment.hpp"
#include "physics/phones.hpp"

#include <array>
#include <span>
#include <string>

namespace tengen::detector {

/// 30 × 30 km² of 15 × 15 cells; in each live people whose phones may be recruited, as a cluster.
/// Showers of one energy fall anywhere; one is seen if at least `coincidence` phones of all
/// clusters are hit. P(seen) is the mean over 60 × 60 cores, half a km apart; hits are Poisson
/// distributed, phones spread evenly over their cell, and what is more than 4 km off neglected.
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
  std::array<float, kCells> phones{};  ///< that can be recruited

  /// Draws four towns, in their middle 400 to 2,000 phones a cell, and some country.
  void draw_towns(Rng& rng);
  /// How often a phone of a cell is hit, by distance of the core; call when the energy has changed.
  void set_reach();

  /// Hits expected by core; grows with clusters.
  struct Expected {
    std::array<float, kCoreSide * kCoreSide> hits{};
  };
  void add(int cell, Expected& expected) const;
  /// What P grows by with a cluster there.
  [[nodiscard]] double gain(int cell, const Expected& expected) const;
  [[nodiscard]] double probability(const Expected& expected) const;
  /// The cell with the largest gain of those not in `taken`.
  [[nodiscard]] int best_cell(const Expected& expected,
                              const std::array<bool, kCells>& taken) const;
  /// P of the n cells with most phones: the reference.
  [[nodiscard]] double reference(int n) const;
  /// The share of `showers` seen that fall anywhere, at any place: number i from rng.split(i).
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

/// The learner places `clusters` of them, one a step, in different cells (the mask leaves those
/// that are free; an illegal action ends the episode). Reward: what P grows by, over P of the cells
/// with most phones; so the reference returns 1.
///
/// Observation, four planes of 15 × 15 in [0, 1]: log₁₀ phones/4, clusters, the mean P of the
/// cell's cores, clusters left over all of them.
struct PhoneArray {
  using Element = float;
  using Action = int;

  static constexpr int kMostClusters = 50;

  // Options.
  PhoneMap map{};
  int clusters = 12;
  bool random = false;  ///< every episode has towns of its own

  // State.
  std::array<bool, PhoneMap::kCells> taken{};
  PhoneMap::Expected expected{};
  int placed = 0, last = -1;
  double reference = 1, probability = 0;

  [[nodiscard]] EnvSpec spec() const;
  void reset(Rng& rng);
  Outcome step(int action, Rng& rng);
  void observe(std::span<float> out) const;
  void legal(std::span<std::uint8_t> mask) const;
  /// The cell with the largest gain.
  [[nodiscard]] int oracle() const { return map.best_cell(expected, taken); }
  void draw(Canvas& canvas) const;
  [[nodiscard]] bool valid() const {
    return clusters >= 1 && clusters <= kMostClusters && placed >= 0 && placed <= clusters &&
           last >= -1 && last < PhoneMap::kCells && map.coincidence >= 1 && map.coincidence <= 64;
  }
};
/// Options `clusters` (12), `coincidence` (5), `energy_gev` (1e11), `map_seed` (0),
/// `random_context`.
PhoneArray read_phone_array(const Config& options);

}  // namespace tengen::detector
