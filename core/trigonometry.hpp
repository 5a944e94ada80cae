// Sine and cosine with the same bits on every machine; the C library's differ between versions.
#pragma once

#include <cmath>

namespace tengen {

struct SinCos {
  double sin = 0, cos = 0;
};

/// Returns sin x and cos x for |x| ≤ π/4, within one unit in the last place, by Taylor series: the
/// first terms left out, x¹⁹/19! and x¹⁸/18!, are below 2⁻⁵⁸. There are no branches, so that loops
/// over it vectorise.
constexpr SinCos sin_cos_near_zero(double x) {
  const double z = x * x;
  double s = 1.0 / 355687428096000;
  s = s * z - 1.0 / 1307674368000;
  s = s * z + 1.0 / 6227020800;
  s = s * z - 1.0 / 39916800;
  s = s * z + 1.0 / 362880;
  s = s * z - 1.0 / 5040;
  s = s * z + 1.0 / 120;
  s = s * z - 1.0 / 6;
  double c = 1.0 / 20922789888000;
  c = c * z - 1.0 / 87178291200;
  c = c * z + 1.0 / 479001600;
  c = c * z - 1.0 / 3628800;
  c = c * z + 1.0 / 40320;
  c = c * z - 1.0 / 720;
  c = c * z + 1.0 / 24;
  return {x + x * (z * s), 1.0 - (0.5 * z - z * z * c)};
}

/// Returns sin x and cos x for |x| ≤ 10⁵, within two units in the last place (absolutely where the
/// result is near zero), by Cody and Waite's reduction: π/2 comes in three parts, of which the
/// first two have 33 bits, so that their products with a quadrant's number are exact.
inline SinCos sin_cos(double x) {
  constexpr double kHalfPi[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
  const double quadrant = std::nearbyint(x * 0x1.45f306dc9c883p-1);  // 2/π
  const double near = x - quadrant * kHalfPi[0] - quadrant * kHalfPi[1] - quadrant * kHalfPi[2];
  const SinCos value = sin_cos_near_zero(near);
  switch (static_cast<long long>(quadrant) & 3) {
    case 0:
      return value;
    case 1:
      return {value.cos, -value.sin};
    case 2:
      return {-value.sin, -value.cos};
    default:
      return {-value.cos, value.sin};
  }
}

}  // namespace tengen
