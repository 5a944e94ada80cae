// The regularised incomplete gamma function P(a, x): exactly, and fast from a table.
#pragma once

#include <array>
#include <cmath>
#include <vector>

namespace tengen::detector {

/// P(a, x) = γ(a, x)/Γ(a) for a > 0, x ≥ 0, relative error about 1e-14: series below x = a + 1,
/// continued fraction above (Abramowitz and Stegun 6.5.29, 6.5.31).
double incomplete_gamma(double a, double x);
/// The x with P(a, x) = p, 0 < p < 1, by bisection.
double inverse_incomplete_gamma(double a, double p);

/// P(a, x) for 1 ≤ a ≤ 20 (clamped) and any x ≥ 0 within 5e-6 absolutely, in about ten nanoseconds:
/// cubic interpolation in a and, by value and slope, in √x, in which the function has nearly the
/// same width for every a.
class GammaTable {
 public:
  GammaTable();
  /// The one everybody shares, made at the first call: 0.5 MB.
  static const GammaTable& shared();

  static constexpr double kSmallest = 1, kLargest = 20;

  /// P(a, ·) of one a, for many x.
  class Row {
   public:
    double operator()(double x) const { return of_root(std::sqrt(x)); }
    /// The same, given √x.
    double of_root(double root) const {
      const double at = root * kPerRoot;
      if (!(at < kColumns - 1)) return 1;
      const auto column = static_cast<std::size_t>(at);
      const double t = at - static_cast<double>(column), s = 1 - t;
      // Value and slope at both ends, by a: four numbers side by side for one vector instruction.
      const Node* node = first_ + column;
      std::array<double, 4> sum{};
      for (std::size_t i = 0; i < 4; ++i, node += kColumns)
        for (std::size_t k = 0; k < 2; ++k) {
          sum[2 * k] += weight_[i] * node[k].value;
          sum[2 * k + 1] += weight_[i] * node[k].slope;
        }
      return s * s * ((1 + 2 * t) * sum[0] + t * sum[1]) +
             t * t * ((1 + 2 * s) * sum[2] - s * sum[3]);
    }

   private:
    friend class GammaTable;
    struct Node {
      double value = 0, slope = 0;  // slope per column
    };
    static constexpr double kPerRoot = 12;
    static constexpr std::size_t kColumns = 121;  // √x up to 10

    const Node* first_ = nullptr;
    std::array<double, 4> weight_{};
  };

  /// Valid as long as the table.
  [[nodiscard]] Row row(double a) const;

 private:
  static constexpr double kPerUnit = 12;
  static constexpr std::size_t kRows = 232;  // from kSmallest − 1/12 to kLargest + 2/12

  std::vector<Row::Node> nodes_;
};

}  // namespace tengen::detector
