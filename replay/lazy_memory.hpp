// Memory that takes no physical memory until it is written.
#pragma once

#include <cstddef>

namespace tengen {

/// `size` zero bytes straight from the operating system, in huge pages where it grants them. A page
/// takes physical memory when it is first touched, so a large buffer grows with its contents.
class LazyMemory {
 public:
  /// Throws Error if the operating system refuses so much.
  explicit LazyMemory(std::size_t size);
  ~LazyMemory();
  LazyMemory(const LazyMemory&) = delete;
  LazyMemory& operator=(const LazyMemory&) = delete;

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::byte* data_;
};

}  // namespace tengen
