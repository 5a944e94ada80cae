// One number per behaviour: a running 64-bit hash of everything an environment or agent produced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tengen {

/// FNV-1a over 64-bit words, finished by the murmur3 mixer: order matters, cheap, the same
/// everywhere.
class Signature {
 public:
  void add(std::span<const std::byte> bytes);
  void add(std::uint64_t word);
  [[nodiscard]] std::uint64_t value() const;
  /// 16 lower-case hexadecimal digits.
  [[nodiscard]] std::string text() const;

 private:
  std::uint64_t state_ = 0xCBF29CE484222325U;
};

}  // namespace tengen
