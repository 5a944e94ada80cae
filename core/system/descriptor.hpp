// File descriptors: one that is closed when its owner goes, and writing all there is to one.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace tengen {

/// Owns a descriptor, or none (−1). Moving hands it on.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  void close();
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  operator int() const { return number_; }  // NOLINT(google-explicit-constructor)

 private:
  int number_ = -1;
};

/// Writes until `bytes` is empty; waits where a descriptor that does not block takes no more.
/// Returns 0, or the errno of what went wrong, and `bytes` is what is left.
int write_all(int descriptor, std::span<const std::byte>& bytes);

}  // namespace tengen
