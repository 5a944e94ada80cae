// The inner loop of track fits, which finds a track's covariance for up to N correlated points.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace tengen::detector {

/// How far a track at some radius moves sideways per d0, φ and κ at the origin: 1, r, r²/2 on a
/// parabola; on a circle of curvature κ0, with u = r κ0/2, 1 − 2u², r √(1 − u²), r²/2. An angle θ
/// got at point k moves the track at point i by θ (φ_i d0_k − φ_k d0_i).
struct TrackPoint {
  double d0 = 1, phi = 0, kappa = 0;
  double place = 0;  ///< grows along the track

  static TrackPoint on_parabola(double radius) { return {1, radius, radius * radius / 2, radius}; }
  /// r κ0 must be below 2.
  static TrackPoint on_circle(double radius, double kappa0) {
    const double u = radius * kappa0 / 2;
    return {1 - 2 * u * u, radius * std::sqrt(1 - u * u), radius * radius / 2, radius};
  }
};

/// Generalised least squares for d0, φ, κ from n points with independent errors (`variance`) and
/// the correlated ones of scattering (θ² in `scatter_variance`), both by growing radius. Everything
/// lies on the stack. Lengths are in cm.
template <std::size_t N>
struct TrackFit {
  std::size_t n = 0;
  std::array<TrackPoint, N> point{};
  std::array<double, N> variance{};
  std::size_t scatterers = 0;
  std::array<TrackPoint, N + 1> scatter_point{};
  std::array<double, N + 1> scatter_variance{};

  struct Covariance {
    double d0 = 0, phi = 0, kappa = 0;            // diagonal of V
    std::array<std::array<double, 3>, 3> full{};  // V
  };

  /// Finds C = L Lᵀ, column by column, then M = (L⁻¹A)ᵀ(L⁻¹A) and V = M⁻¹. Returns false where C is
  /// not positive definite. `white` gets L⁻¹A and `root` L, for fit().
  bool solve(Covariance& out) {
    fill();
    if (!factorise()) return false;
    for (std::size_t i = 0; i < n; ++i) {
      double row[3] = {point[i].d0, point[i].phi, point[i].kappa};
      for (std::size_t j = 0; j < i; ++j)
        for (int c = 0; c < 3; ++c) row[c] -= root[i][j] * white[j][c];
      for (int c = 0; c < 3; ++c) white[i][c] = row[c] * inverse_diagonal[i];
    }
    double m[6] = {};
    for (std::size_t i = 0; i < n; ++i) {
      const auto& w = white[i];
      m[0] += w[0] * w[0], m[1] += w[0] * w[1], m[2] += w[0] * w[2];
      m[3] += w[1] * w[1], m[4] += w[1] * w[2], m[5] += w[2] * w[2];
    }
    const double c00 = m[3] * m[5] - m[4] * m[4], c01 = m[2] * m[4] - m[1] * m[5];
    const double c02 = m[1] * m[4] - m[2] * m[3], c11 = m[0] * m[5] - m[2] * m[2];
    const double c12 = m[1] * m[2] - m[0] * m[4], c22 = m[0] * m[3] - m[1] * m[1];
    const double inverse = 1 / (m[0] * c00 + m[1] * c01 + m[2] * c02);
    out.full = {{{c00 * inverse, c01 * inverse, c02 * inverse},
                 {c01 * inverse, c11 * inverse, c12 * inverse},
                 {c02 * inverse, c12 * inverse, c22 * inverse}}};
    out.d0 = c00 * inverse, out.phi = c11 * inverse, out.kappa = c22 * inverse;
    return true;
  }

  /// Fits (d0, φ, κ) to points y, after solve().
  std::array<double, 3> fit(const std::array<double, N>& y, const Covariance& v) const {
    std::array<double, N> z{};
    double b[3] = {};
    for (std::size_t i = 0; i < n; ++i) {
      double value = y[i];
      for (std::size_t j = 0; j < i; ++j) value -= root[i][j] * z[j];
      z[i] = value * inverse_diagonal[i];
      for (int c = 0; c < 3; ++c) b[c] += white[i][c] * z[i];
    }
    std::array<double, 3> out{};
    for (std::size_t c = 0; c < 3; ++c)
      out[c] = v.full[c][0] * b[0] + v.full[c][1] * b[1] + v.full[c][2] * b[2];
    return out;
  }

  std::array<std::array<double, N>, N> root;
  std::array<std::array<double, 3>, N> white;
  std::array<double, N> inverse_diagonal;

 private:
  static double lever(const TrackPoint& to, const TrackPoint& from) {
    return to.phi * from.d0 - from.phi * to.d0;
  }
  void fill() {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = i == j ? variance[i] : 0;
        for (std::size_t k = 0; k < scatterers && scatter_point[k].place < point[j].place; ++k)
          sum += scatter_variance[k] * lever(point[i], scatter_point[k]) *
                 lever(point[j], scatter_point[k]);
        root[i][j] = sum;
      }
    }
  }
  bool factorise() {
    for (std::size_t j = 0; j < n; ++j) {
      double d = root[j][j];
      for (std::size_t k = 0; k < j; ++k) d -= root[j][k] * root[j][k];
      if (!(d > 0)) return false;
      root[j][j] = std::sqrt(d);
      inverse_diagonal[j] = 1 / root[j][j];
      for (std::size_t i = j + 1; i < n; ++i) {
        double s = root[i][j];
        for (std::size_t k = 0; k < j; ++k) s -= root[i][k] * root[j][k];
        root[i][j] = s * inverse_diagonal[j];
      }
    }
    return true;
  }
};

}  // namespace tengen::detector
