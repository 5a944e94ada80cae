#include "physics/incomplete_gamma.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

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

GammaTable::GammaTable() : nodes_(4 * kRows * Row::kColumns) {
  constexpr double kPerRoot = Row::kPerRoot;
  for (std::size_t i = 0; i < kRows; ++i) {
    const double root_a = std::sqrt(kSmallest) + static_cast<double>(i) / kPerRootA;
    const double a = root_a * root_a, constant = std::lgamma(a);
    // dP/d√x = 2 √x · x^(a−1) e^−x / Γ(a), per column
    const auto derivative = [&](double root) {
      return root > 0
                 ? 2 * std::exp((2 * a - 1) * std::log(root) - root * root - constant) / kPerRoot
                 : 0;
    };
    for (std::size_t j = 0; j < Row::kColumns; ++j) {
      const double root = static_cast<double>(j) / kPerRoot, far = root / std::numbers::sqrt2;
      const double value = incomplete_gamma(a, root * root);
      float* node = &nodes_[4 * (i * Row::kColumns + j)];
      node[0] = static_cast<float>(value);
      node[1] = static_cast<float>(derivative(root));
      node[2] = static_cast<float>(value - incomplete_gamma(a, far * far));
      node[3] = static_cast<float>(derivative(root) - derivative(far) / std::numbers::sqrt2);
    }
  }
}

const GammaTable& GammaTable::shared() {
  static const GammaTable table;
  return table;
}

GammaTable::Row GammaTable::row(double a, double tail) const {
  const double at =
      (std::sqrt(std::clamp(a, kSmallest, kLargest)) - std::sqrt(kSmallest)) * kPerRootA;
  const auto first = static_cast<std::size_t>(at);
  Row out;
  out.first_ = nodes_.data() + 4 * first * Row::kColumns;
  out.weight_ = static_cast<float>(at - static_cast<double>(first));
  out.tail_ = static_cast<float>(tail);
  return out;
}

}  // namespace tengen::detector
