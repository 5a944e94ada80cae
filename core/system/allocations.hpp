// Counts heap allocations, to hold "no allocation after warm-up" to its word. A program that wants
// the count links the target tengen_allocations, which replaces operator new; no other pays for it.
#pragma once

#include <cstdint>

namespace tengen {

/// Counts how many times any operator new was called, by all threads together, since this was made
/// (malloc is not counted). While no scope lives, the replaced operator new only looks at a flag.
///
///     const AllocationScope scope;
///     env.step(action, view);
///     CHECK(scope.count() == 0);
class AllocationScope {
 public:
  AllocationScope();
  ~AllocationScope();
  AllocationScope(const AllocationScope&) = delete;
  AllocationScope& operator=(const AllocationScope&) = delete;
  [[nodiscard]] std::int64_t count() const;

 private:
  std::int64_t before_;
};

}  // namespace tengen
