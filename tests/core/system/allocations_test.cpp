#include "core/system/allocations.hpp"

#include "tests/catch.hpp"

#include <memory>
#include <thread>
#include <vector>

using tengen::AllocationScope;

TEST_CASE("every form of new is counted, on every thread") {
  struct alignas(64) Wide {
    char bytes[64];
  };
  const AllocationScope scope;
  // Called as functions: a new-expression may be left out by the compiler.
  ::operator delete(::operator new(0));
  ::operator delete[](::operator new[](8));
  ::operator delete (::operator new (sizeof(Wide), std::align_val_t{64}), std::align_val_t{64});
  ::operator delete(::operator new(8, std::nothrow), std::nothrow);
  CHECK(scope.count() == 4);

  std::vector<int> kept;
  std::thread([&] { kept.assign(100, 1); }).join();
  const std::int64_t with_thread = scope.count();
  CHECK(with_thread >= 5);
  kept.assign(100, 2);
  CHECK(scope.count() == with_thread);
}
