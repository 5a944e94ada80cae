// PhoneArray-v0: phones are recruited where they see, together, the most energetic air showers.
#pragma once

#include "core/config.hpp"
#include "envs/environment.hpp"
#include "physics/phones.hpp"

#include <array>
#include <span>

namespace tengen::detector {

/// The learner places `clusters` clusters of phones on a PhoneMap, one a step, in different cells
/// (the mask leaves those that are free; an illegal action ends the episode). The reward is what P
/// grows by, over P of the cells with most phones; so this reference design has a return of 1.
///
/// The observation has four planes of 15 × 15 in [0, 1]: log₁₀ phones/4, clusters, the mean P of
/// the cell's cores, clusters left over all of them.
struct PhoneArray {
  using Element = float;
  using Action = int;
  static constexpr const char* kName = "PhoneArray-v0";

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
/// Reads the options `clusters` (12), `coincidence` (5), `energy_gev` (1e11), `map_seed` (0),
/// `random_context`.
PhoneArray read_phone_array(const Config& options);

}  // namespace tengen::detector
