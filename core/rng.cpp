#include "core/rng.hpp"

#include <cmath>
#include <numbers>

namespace tengen {
namespace {

using Block = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

// The multipliers and Weyl constants of Salmon et al., table 2 and section 3.3.
Block philox(Block counter, Key key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

// The counter's last word separates drawing from splitting, so no child's key is a parent's output.
constexpr std::uint32_t kDraw = 0;
constexpr std::uint32_t kSplit = 1;

}  // namespace

Rng::Rng(std::uint64_t seed)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {}

Rng Rng::split(std::uint64_t index) const {
  const Block block = philox(
      {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), 0, kSplit},
      key_);
  Rng child;
  child.key_ = {block[0], block[1]};
  return child;
}

void Rng::refill() {
  block_ = philox(counter_, key_);
  used_ = 0;
  if (++counter_[0] == 0 && ++counter_[1] == 0) ++counter_[2];
  static_assert(kDraw == 0);  // counter_[3] stays kDraw
}

std::uint32_t Rng::below(std::uint32_t n) {
  std::uint64_t product = std::uint64_t{next()} * n;
  auto low = static_cast<std::uint32_t>(product);
  if (low < n) {
    const std::uint32_t threshold = -n % n;
    while (low < threshold) {
      product = std::uint64_t{next()} * n;
      low = static_cast<std::uint32_t>(product);
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform_double()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform_double());
}

}  // namespace tengen
