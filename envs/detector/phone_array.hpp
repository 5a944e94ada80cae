// PhoneArray-v0: where to recruit phones, so that together they see the most energetic air showers.
#pragma once

#include "core/config.hpp"
#include "envs/detector/phones.hpp"
#include "envs/environment.hpp"

#include <array>
#include <span>
#include <string>

namespace tengen::detector {

/// 30 × 30 km² of 15 × 15 cells; in each live people whose phones may be recruited, as a cluster.
/// Showers of one energy fall anywhere; one is seen if at least `coincidence` phones of all
/// clusters are hit. P(seen) is the mean over 30 × 30 cores, hits being Poisson distributed, phones
/// spread over their cell, and what is more than 4 km off neglected.
///
/// With coincidence = 1 the gain of a further cluster only shrinks as others are there (P is
/// submodular), so that adding the best cell each time gets at least 1 − 1/e of the optimum
/// (Nemhauser, Wolsey and Fisher 1978). With more this does not hold: where four phones are hit,
/// none of which counts by itself, a fifth is worth the more.
class PhoneMap {
 public:
  static constexpr int kSide = 15, kCells = kSide * kSide, kCoreSide = 30;
  static constexpr double kCellKm = 2;

  double energy_gev = 1e11;
  int coincidence = 5;
  std::array<float, kCells> phones{};  ///< that can be recruited

  /// Draws four towns, in their middle 400 to 2,000 phones a cell, and some country.
  void draw_towns(Rng& rng);
  /// The share of the showers on one core that a phone of a cell is hit by, by distance; call when
  /// the energy has changed.
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
  static constexpr int kReach = 8;  // cores of 1 km in either direction of a cell, 4 km
  template <class F>
  void for_each_core(int cell, F&& f) const;

  std::array<float, kReach / 2 * kReach / 2> hit_{};  // by a phone, by offset
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
};
/// Options `clusters` (12), `coincidence` (5), `energy_gev` (1e11), `map_seed` (0),
/// `random_context`.
PhoneArray read_phone_array(const Config& options);

}  // namespace tengen::detector
