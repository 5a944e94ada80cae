// Counts heap allocations, to hold "no allocation after warm-up" to its word. A program that wants
// the count links the target tengen_allocations, which replaces operator new; no other pays for it.
#pragma once

#include <cstdint>

namespace tengen {

/// Calls of any operator new since the program began, by all threads together. malloc is not
/// counted.
std::int64_t allocation_count();

/// How many allocations happened since it was made:
///
///     const AllocationScope scope;
///     env.step(action, view);
///     CHECK(scope.count() == 0);
class AllocationScope {
 public:
  [[nodiscard]] std::int64_t count() const { return allocation_count() - before_; }

 private:
  std::int64_t before_ = allocation_count();
};

}  // namespace tengen
