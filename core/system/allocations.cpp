#include "core/system/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// Constant-initialised: operator new runs before any main.
std::atomic<std::int64_t> allocations{0};
std::atomic<int> scopes{0};

void note_allocation() {
  if (scopes.load(std::memory_order_relaxed) > 0)
    allocations.fetch_add(1, std::memory_order_relaxed);
}

void* allocate(std::size_t size) noexcept {
  note_allocation();
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  note_allocation();
  const auto unit = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace tengen {

AllocationScope::AllocationScope() {
  ++scopes;
  before_ = allocations.load(std::memory_order_relaxed);
}
AllocationScope::~AllocationScope() { --scopes; }
std::int64_t AllocationScope::count() const {
  return allocations.load(std::memory_order_relaxed) - before_;
}

}  // namespace tengen

// Every form, so that sanitizers see malloc paired with free throughout.
void* operator new(std::size_t size) { return or_throw(allocate(size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new[](std::size_t size) { return or_throw(allocate(size)); }
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
