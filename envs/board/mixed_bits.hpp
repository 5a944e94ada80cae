// A mixer of bits, for hashes of positions.
#pragma once

#include <cstdint>

namespace tengen {

/// A permutation of 64-bit numbers in which every bit depends on every other (the finaliser of
/// SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t mixed_bits(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
  x = (x ^ x >> 27) * 0x94D049BB133111EBU;
  return x ^ x >> 31;
}

}  // namespace tengen
