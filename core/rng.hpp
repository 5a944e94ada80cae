// Randomness as an argument: a counter-based generator that is a small regular value.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

namespace tengen {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
///
/// It is a trivially copyable value: copy it to replay a stream, compare it, write its bytes to a
/// checkpoint. `split` gives statistically independent child streams, so that lane 1 of seed 0 is
/// never lane 0 of seed 1. The distributions are our own: std:: ones differ between standard
/// libraries.
class Rng {
 public:
  explicit Rng(std::uint64_t seed = 0);

  /// Returns the child stream number `index`, which depends on this generator's identity alone, not
  /// on how much was drawn.
  [[nodiscard]] Rng split(std::uint64_t index) const;

  std::uint32_t next() {
    if (used_ == 4) refill();
    return block_[used_++];
  }
  std::uint64_t next64() {
    const std::uint64_t high = next();
    return high << 32 | next();
  }

  /// Draws uniformly from [0, 1), with 24 bits.
  float uniform() { return static_cast<float>(next() >> 8) * 0x1p-24F; }
  /// Draws uniformly from [0, 1), with 53 bits.
  double uniform_double() { return static_cast<double>(next64() >> 11) * 0x1p-53; }
  /// Draws uniformly from [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform_double(); }
  /// Draws uniformly from {0, …, n − 1}, n ≥ 1, without bias (Lemire 2019).
  std::uint32_t below(std::uint32_t n);
  /// Returns true with probability p in [0, 1]. It always draws, so that streams stay aligned.
  bool chance(double p) { return uniform_double() < p; }
  /// Draws a standard normal number (Box–Muller: two uniform draws a value, and no state is kept
  /// between calls). What is learnt depends on its bits; hot loops of simulations draw by
  /// samplers.hpp.
  double normal();

  friend bool operator==(const Rng&, const Rng&) = default;
  /// Whether bytes from a file are a generator.
  [[nodiscard]] bool valid() const { return used_ <= block_.size(); }

 private:
  void refill();

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  std::uint32_t used_ = 4;  // words of block_ already given out, 0…4
};

static_assert(std::is_trivially_copyable_v<Rng>);

}  // namespace tengen
