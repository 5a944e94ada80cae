#include "envs/detector/incomplete_gamma.hpp"

#include "core/check.hpp"

#include <algorithm>

namespace tengen::detector {

double incomplete_gamma(double a, double x) {
  TENGEN_CHECK(a > 0 && x >= 0);
  if (x <= 0) return 0;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (double n = a + 1; term > sum * 1e-16; ++n) sum += term *= x / n;
    return front * sum;
  }
  // Lentz's evaluation of the continued fraction for Γ(a, x).
  double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
  for (int i = 1; i < 10'000; ++i) {
    const double numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    value *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return 1 - front * value;
}

double inverse_incomplete_gamma(double a, double p) {
  double low = 0, high = a + 10;
  while (incomplete_gamma(a, high) < p) high *= 2;
  for (int i = 0; i < 100; ++i) {
    const double x = (low + high) / 2;
    (incomplete_gamma(a, x) < p ? low : high) = x;
  }
  return low;
}

GammaTable::GammaTable() : nodes_(kRows * Row::kColumns) {
  for (std::size_t i = 0; i < kRows; ++i) {
    const double a = kSmallest + (static_cast<double>(i) - 1) / kPerUnit;
    for (std::size_t j = 0; j < Row::kColumns; ++j) {
      const double root = static_cast<double>(j) / Row::kPerRoot, x = root * root;
      Row::Node& node = nodes_[i * Row::kColumns + j];
      node.value = incomplete_gamma(a, x);
      // dP/d√x = 2 √x · x^(a−1) e^−x / Γ(a)
      node.slope =
          j == 0 ? 0
                 : 2 * std::exp((2 * a - 1) * std::log(root) - x - std::lgamma(a)) / Row::kPerRoot;
    }
  }
}

const GammaTable& GammaTable::shared() {
  static const GammaTable table;
  return table;
}

GammaTable::Row GammaTable::row(double a) const {
  const double at = (std::clamp(a, kSmallest, kLargest) - kSmallest) * kPerUnit;
  const auto first = std::min(static_cast<std::size_t>(at), kRows - 4);  // the node before a is + 1
  const double t = at - static_cast<double>(first);
  Row out;
  out.first_ = nodes_.data() + first * Row::kColumns;
  out.weight_ = {-t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2,
                 -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6};
  return out;
}

}  // namespace tengen::detector
