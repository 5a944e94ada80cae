#include "nets/init.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tengen {
namespace {

void fill_uniform(double bound, Rng& rng, std::span<float> values) {
  for (float& value : values) value = static_cast<float>(rng.uniform(-bound, bound));
}

void fill_normal(double deviation, Rng& rng, std::span<float> values) {
  for (float& value : values) value = static_cast<float>(deviation * rng.normal());
}

double dot(const double* a, const double* b, std::size_t n) {
  // Eight fixed partial sums let compilers vectorise the loop without reordering additions.
  double sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sums[k] += a[i + k] * b[i + k];
  }
  double sum = 0;
  for (; i < n; ++i) sum += a[i] * b[i];
  for (const double s : sums) sum += s;
  return sum;
}

// Makes rows (or columns, whichever are fewer) orthonormal by Gram-Schmidt, twice for full
// precision.
void fill_orthogonal(const InitRule& rule, Rng& rng, std::span<float> values) {
  const bool wide = rule.rows <= rule.columns;
  const std::size_t count = usize(wide ? rule.rows : rule.columns);
  const std::size_t length = usize(wide ? rule.columns : rule.rows);
  std::vector<double> basis(count * length);
  for (double& value : basis) value = rng.normal();
  for (std::size_t i = 0; i < count; ++i) {
    double* vector = basis.data() + i * length;
    for (std::size_t j = 0; j < 2 * i; ++j) {
      const double* other = basis.data() + (j % i) * length;
      const double along = dot(vector, other, length);
      for (std::size_t k = 0; k < length; ++k) vector[k] -= along * other[k];
    }
    const double scale = 1 / std::sqrt(dot(vector, vector, length));
    for (std::size_t k = 0; k < length; ++k) vector[k] *= scale;
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < length; ++k)
      values[wide ? i * length + k : k * count + i] =
          static_cast<float>(rule.gain * basis[i * length + k]);
  }
}

}  // namespace

Init read_init(const Config& net, const char* fallback) {
  return net.choice<Init>("init", fallback,
                          {{"default", Init::kDefault},
                           {"orthogonal", Init::kOrthogonal},
                           {"kaiming_uniform", Init::kKaimingUniform},
                           {"kaiming_normal", Init::kKaimingNormal},
                           {"xavier_uniform", Init::kXavierUniform},
                           {"xavier_normal", Init::kXavierNormal},
                           {"uniform", Init::kUniform}});
}

InitRule bias_rule(const InitRule& weight) {
  if (weight.init == Init::kDefault) return weight;
  return {.init = Init::kConstant, .gain = 0};
}

void initialise(const InitRule& rule, Rng rng, std::span<float> values) {
  const auto fan_in = static_cast<double>(rule.columns),
             fan_out = static_cast<double>(rule.fan_out);
  switch (rule.init) {
    case Init::kDefault:
      return fill_uniform(1 / std::sqrt(fan_in), rng, values);
    case Init::kOrthogonal:
      TENGEN_CHECK(values.size() == usize(rule.rows * rule.columns));
      return fill_orthogonal(rule, rng, values);
    case Init::kKaimingUniform:
      return fill_uniform(rule.gain * std::sqrt(3 / fan_in), rng, values);
    case Init::kKaimingNormal:
      return fill_normal(rule.gain / std::sqrt(fan_in), rng, values);
    case Init::kXavierUniform:
      return fill_uniform(rule.gain * std::sqrt(6 / (fan_in + fan_out)), rng, values);
    case Init::kXavierNormal:
      return fill_normal(rule.gain * std::sqrt(2 / (fan_in + fan_out)), rng, values);
    case Init::kUniform:
      return fill_uniform(0.05, rng, values);
    case Init::kConstant:
      std::ranges::fill(values, static_cast<float>(rule.gain));
      return;
  }
}

}  // namespace tengen
