// The regularised incomplete gamma function P(a, x), exactly, and fast from a table.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

namespace tengen::detector {

/// P(a, x) = γ(a, x)/Γ(a) for a > 0, x ≥ 0, relative error about 1e-14: series below x = a + 1,
/// continued fraction above (Abramowitz and Stegun 6.5.29, 6.5.31).
double incomplete_gamma(double a, double x);
/// The x with P(a, x) = p, 0 < p < 1, by bisection.
double inverse_incomplete_gamma(double a, double p);

/// A table of (1 − t) P(a, x) + t P(a, x/2), a profile with its tail, for 1 ≤ a ≤ 20 (clamped) and
/// any x ≥ 0, within 2e-5 absolutely and in a few nanoseconds. It interpolates by value and
/// derivative in √x, in which the function has nearly the same width for every a, and linearly in
/// √a, in which it bends nearly alike everywhere.
class GammaTable {
 public:
  GammaTable();
  /// The table that everybody shares, 1 MB. The first call makes it, in some 25 ms.
  static const GammaTable& shared();

  static constexpr double kSmallest = 1, kLargest = 20;

  /// The function of one a and t, for many x.
  class Row {
   public:
    double operator()(double x) const { return of_root(static_cast<float>(std::sqrt(x))); }
    /// The same, given √x.
    double of_root(float root) const {
      const float at = root * kPerRoot;
      if (!(at < kColumns - 1)) return 1;
      const auto column = static_cast<std::size_t>(at);
      const float t = at - static_cast<float>(column), s = 1 - t, w = weight_;
      // Hermite's weights of P's value and derivative at both ends, and of P(a, x) − P(a, x/2)'s.
      const float v0 = s * s * (1 + 2 * t), d0 = s * s * t;
      const float v1 = t * t * (1 + 2 * s), d1 = -t * t * s;
      const float* const node = first_ + 4 * column;
      const auto mixed = [&](std::size_t end) {
        Four low, high;
        std::memcpy(&low, node + 4 * end, sizeof low);
        std::memcpy(&high, node + 4 * (end + kColumns), sizeof high);
        return low + w * (high - low);
      };
      const Four sum = Four{v0, d0, -tail_ * v0, -tail_ * d0} * mixed(0) +
                       Four{v1, d1, -tail_ * v1, -tail_ * d1} * mixed(1);
      return static_cast<double>((sum[0] + sum[1]) + (sum[2] + sum[3]));
    }

   private:
    friend class GammaTable;
    using Four [[gnu::vector_size(16)]] = float;
    static constexpr float kPerRoot = 12;
    static constexpr std::size_t kColumns = 121;  // √x up to 10

    const float* first_ = nullptr;
    float weight_ = 0;  // of the next row
    float tail_ = 0;
  };

  /// The row is valid as long as the table.
  [[nodiscard]] Row row(double a, double tail = 0) const;

 private:
  static constexpr double kPerRootA = 160;
  static constexpr std::size_t kRows = 558;  // √a from 1 to √20 and one more

  // By row and column: P(a, x), its derivative by the column, P(a, x) − P(a, x/2), its derivative.
  std::vector<float> nodes_;
};

}  // namespace tengen::detector
