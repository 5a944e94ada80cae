// One number stands for a behaviour: a running 64-bit hash of all that an environment or agent
// produced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tengen {

/// FNV-1a over 64-bit words, finished by the murmur3 mixer. It is cheap, the same on every machine,
/// and the order of what is added matters.
class Signature {
 public:
  void add(std::span<const std::byte> bytes);
  void add(std::uint64_t word);
  [[nodiscard]] std::uint64_t value() const;
  /// Returns 16 lower-case hexadecimal digits.
  [[nodiscard]] std::string text() const;

 private:
  std::uint64_t state_ = 0xCBF29CE484222325U;
};

}  // namespace tengen
