// Draws: normal by ziggurat and Gamma by Marsaglia and Tsang, fast for hot loops; log-uniform.
#pragma once

#include "core/rng.hpp"

#include <array>
#include <cmath>
#include <cstdint>

namespace tengen::detector {

/// Marsaglia and Tsang's ziggurat ("The ziggurat method for generating random variables", J. Stat.
/// Software 5 (2000) 8): 128 layers, one 32-bit word for 98.8 % of the draws, of which 7 bits
/// choose the layer and 25 the place in it (Leong et al. 2005: the two must not share bits).
class Ziggurat {
 public:
  Ziggurat();
  /// The one everybody shares: 3 kB of constants.
  static const Ziggurat& shared();

  /// Standard normal.
  double normal(Rng& rng) const {
    const std::uint32_t word = rng.next();
    const std::size_t layer = word & 127;
    const double x = static_cast<double>(static_cast<std::int32_t>(word) >> 7) * scale_[layer];
    if (std::abs(x) < edge_[layer + 1]) return x;
    return slow(rng, layer, x);
  }

 private:
  double slow(Rng& rng, std::size_t layer, double x) const;

  std::array<double, 129> edge_{}, height_{};  // of layer i from the bottom
  std::array<double, 128> scale_{};            // width of layer i over 2^24
};

/// Gamma with shape k > 0 and scale 1 (Marsaglia and Tsang, ACM TOMS 26 (2000) 363; below 1 by
/// their boost).
inline double sample_gamma(double shape, const Ziggurat& ziggurat, Rng& rng) {
  const double boosted = shape < 1 ? shape + 1 : shape;
  const double d = boosted - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  double value = 0;
  while (true) {
    const double x = ziggurat.normal(rng), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root, u = static_cast<double>(rng.next()) * 0x1p-32;
    const double x2 = x * x;
    if (u < 1 - 0.0331 * x2 * x2 || std::log(u) < 0.5 * x2 + d * (1 - v + std::log(v))) {
      value = d * v;
      break;
    }
  }
  if (shape < 1) value *= std::pow(1 - rng.uniform_double(), 1 / shape);
  return value;
}

/// Between low and high, both > 0, uniform in the logarithm.
inline double log_uniform(Rng& rng, double low, double high) {
  return std::exp(rng.uniform(std::log(low), std::log(high)));
}

}  // namespace tengen::detector
