#include "core/worker_pool.hpp"

#include "core/system/allocations.hpp"
#include "tests/catch.hpp"

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using tengen::WorkerPool;

TEST_CASE("every chunk runs once, on its fixed thread, whatever the number of threads") {
  for (const int threads : {1, 3, 8}) {
    WorkerPool pool(threads);
    CHECK(pool.threads() == threads);
    for (const int chunks : {0, 1, 2, 7, 64}) {
      std::vector<int> calls(64);
      std::vector<std::thread::id> first(64), second(64);
      for (auto* ids : {&first, &second})
        pool.run(chunks, [&](int chunk) {
          const auto i = static_cast<std::size_t>(chunk);
          ++calls[i];
          (*ids)[i] = std::this_thread::get_id();
        });
      CHECK(std::accumulate(calls.begin(), calls.end(), 0) == 2 * chunks);
      for (int i = 0; i < chunks; ++i) CHECK(calls[static_cast<std::size_t>(i)] == 2);
      CHECK(first == second);
      if (chunks > 0) CHECK(first[0] == std::this_thread::get_id());
    }
  }
}

TEST_CASE("what chunks write is seen by the caller, round after round") {
  for (const int threads : {1, 3, 8}) {
    WorkerPool pool(threads);
    std::vector<std::uint64_t> values(16, 1);
    for (int round = 0; round < 2000; ++round) {
      pool.run(16, [&](int chunk) { values[static_cast<std::size_t>(chunk)] *= 3; });
      // A chunk reads what another thread wrote in the last round.
      pool.run(16, [&](int chunk) {
        if (chunk % 2 == 0)
          std::swap(values[static_cast<std::size_t>(chunk)],
                    values[static_cast<std::size_t>(chunk) + 1]);
      });
    }
    std::uint64_t expected = 1;
    for (int round = 0; round < 2000; ++round) expected *= 3;
    for (const std::uint64_t value : values) CHECK(value == expected);
  }
}

TEST_CASE("an exception reaches the caller, the lowest chunk's first, and is then forgotten") {
  for (const int threads : {1, 2, 3, 8}) {
    WorkerPool pool(threads);
    for (int attempt = 0; attempt < 20; ++attempt) {
      CHECK_THROWS_WITH(
          pool.run(64, [](int chunk) { throw std::runtime_error(std::to_string(chunk)); }), "0");
      std::atomic<int> calls{0};
      CHECK_NOTHROW(pool.run(64, [&](int) { ++calls; }));
      CHECK(calls == 64);
    }
    // Of two threads the first runs chunk 2, the second chunk 1.
    CHECK_THROWS_WITH(pool.run(64,
                               [](int chunk) {
                                 if (chunk == 2 || chunk == 1)
                                   throw std::runtime_error(std::to_string(chunk));
                               }),
                      "1");
  }
}

TEST_CASE("running allocates nothing") {
  for (const int threads : {1, 3}) {
    WorkerPool pool(threads);
    std::vector<int> calls(64);
    const auto count = [&](int chunk) { ++calls[static_cast<std::size_t>(chunk)]; };
    pool.run(64, count);
    const tengen::AllocationScope scope;
    for (int round = 0; round < 100; ++round) pool.run(64, count);
    CHECK(scope.count() == 0);
  }
}
