#include "core/samplers.hpp"

namespace tengen {
namespace {

// The right edge of the bottom rectangle and the area of each of 128 layers.
constexpr double kRight = 3.442619855899, kArea = 9.91256303526217e-3;

double bell(double x) { return std::exp(-0.5 * x * x); }

}  // namespace

Ziggurat::Ziggurat() {
  edge_[0] = kArea / bell(kRight);  // the bottom layer, its tail put aside as a rectangle
  edge_[1] = kRight;
  for (std::size_t i = 2; i < 128; ++i)
    edge_[i] = std::sqrt(-2 * std::log(kArea / edge_[i - 1] + bell(edge_[i - 1])));
  edge_[128] = 0;
  for (std::size_t i = 0; i < 129; ++i) height_[i] = bell(edge_[i]);
  for (std::size_t i = 0; i < 128; ++i) scale_[i] = edge_[i] * 0x1p-24;
}

const Ziggurat& Ziggurat::shared() {
  static const Ziggurat ziggurat;
  return ziggurat;
}

double Ziggurat::slow(Rng& rng, std::size_t layer, double x) const {
  if (layer == 0) {  // the tail beyond kRight (Marsaglia 1964)
    double a = 0, b = 0;
    do {
      a = -std::log(1 - rng.uniform_double()) / kRight;
      b = -std::log(1 - rng.uniform_double());
    } while (2 * b < a * a);
    return x < 0 ? -kRight - a : kRight + a;
  }
  const double y = height_[layer] + rng.uniform_double() * (height_[layer + 1] - height_[layer]);
  if (y < bell(x)) return x;
  return normal(rng);
}

}  // namespace tengen
