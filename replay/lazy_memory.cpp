#include "replay/lazy_memory.hpp"

#include "core/check.hpp"

#include <sys/mman.h>

namespace tengen {

LazyMemory::LazyMemory(std::size_t size) : size_(size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw Error("a replay of {:.2f} GB does not fit into this machine's memory: lower buffer_size",
                static_cast<double>(size) * 1e-9);
  data_ = static_cast<std::byte*>(memory);
#ifdef MADV_HUGEPAGE
  // Samples are scattered over gigabytes: with pages of 4 KiB each of them would miss the TLB.
  ::madvise(memory, size, MADV_HUGEPAGE);
#endif
}

LazyMemory::~LazyMemory() { ::munmap(data_, size_); }

}  // namespace tengen
