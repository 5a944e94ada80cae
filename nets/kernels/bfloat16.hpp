// bfloat16 as our own loops write it: the upper half of a float, rounded to nearest even.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace tengen {

enum class Bfloat16 : std::uint16_t {};

/// `value` in Out (float or Bfloat16). A NaN stays one. It is plain integer arithmetic, so that
/// compilers vectorise it and every processor gives the same bits.
template <class Out>
inline Out rounded(float value) {
  if constexpr (std::is_same_v<Out, float>) {
    return value;
  } else {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t nearest = (bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U;
    const bool nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
    return static_cast<Bfloat16>(nan ? 0x7FC0U : nearest);
  }
}

inline float widened(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16U);
}

}  // namespace tengen
