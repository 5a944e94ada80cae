#include "core/signature.hpp"

#include <fmt/format.h>

#include <cstring>

namespace tengen {

void Signature::add(std::uint64_t word) {
  state_ = (state_ ^ word) * 0x100000001B3U;
  // The multiplication carries upwards only; folding the high half down lets every bit matter.
  state_ ^= state_ >> 32;
}

void Signature::add(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t n = bytes.size() < sizeof(word) ? bytes.size() : sizeof(word);
    std::memcpy(&word, bytes.data(), n);
    add(word);
    bytes = bytes.subspan(n);
  }
}

std::uint64_t Signature::value() const {
  std::uint64_t x = state_;  // murmur3's finaliser
  x = (x ^ x >> 33) * 0xFF51AFD7ED558CCDU;
  x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53U;
  return x ^ x >> 33;
}

std::string Signature::text() const { return fmt::format("{:016x}", value()); }

}  // namespace tengen
