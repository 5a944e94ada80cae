#include "agents/design/methods.hpp"
#include "core/usize.hpp"

#include <array>

namespace tengen {
namespace {

constexpr int kBits = 32;

// Whether x^degree + the bits below it, whose constant term is 1, is primitive: then the powers of
// x run through all 2^degree − 1 residues.
bool primitive(std::uint32_t polynomial, int degree) {
  const std::uint32_t full = 1U << degree;
  std::uint32_t power = 1, steps = 0;
  do {
    power <<= 1;
    if ((power & full) != 0) power ^= polynomial;
    ++steps;
  } while (power != 1 && steps < full);
  return steps == full - 1;
}

using Directions = std::array<std::uint32_t, kBits>;

// Direction numbers of as many dimensions (Bratley and Fox 1988, equations 2 and 3); the first
// dimension is van der Corput's sequence.
std::vector<Directions> directions(std::size_t dimensions, Rng& rng) {
  std::vector<Directions> out(1);
  for (int i = 0; i < kBits; ++i) out[0][usize(i)] = 1U << (kBits - 1 - i);
  for (int degree = 1; out.size() < dimensions; ++degree)
    for (std::uint32_t low = 1; low < 1U << degree && out.size() < dimensions; low += 2) {
      const std::uint32_t polynomial = 1U << degree | low;
      if (!primitive(polynomial, degree)) continue;
      Directions v{};
      for (int i = 0; i < kBits; ++i) {
        const auto at = usize(i);
        if (i < degree) {  // odd and below 2^(i + 1)
          v[at] = (rng.below(1U << i) << 1 | 1U) << (kBits - 1 - i);
          continue;
        }
        const auto back = [&](int k) { return v[usize(i - k)]; };
        v[at] = back(degree) ^ back(degree) >> degree;
        for (int k = 1; k < degree; ++k)
          if ((polynomial >> (degree - k) & 1U) != 0) v[at] ^= back(k);
      }
      out.push_back(v);
    }
  return out;
}

}  // namespace

void design_by_sobol(DesignSearch& search) {
  Rng& rng = search.rng();
  const std::size_t n = search.problem().variables().size();
  const std::vector<Directions> v = directions(n, rng);
  std::vector<std::uint32_t> x(n);
  for (std::uint32_t& bits : x) bits = rng.next();  // the shift
  std::vector<double> unit(n);
  for (std::uint32_t i = 0; search.more(); ++i) {
    for (std::size_t k = 0; k < n; ++k) unit[k] = x[k] * 0x1p-32;
    DesignPoint point = point_at(search.problem(), unit);
    search.evaluate(point);
    std::size_t zero = 0;  // the lowest zero bit of i
    while ((i >> zero & 1U) != 0 && zero < kBits - 1) ++zero;
    for (std::size_t k = 0; k < n; ++k) x[k] ^= v[k][zero];
  }
}

}  // namespace tengen
