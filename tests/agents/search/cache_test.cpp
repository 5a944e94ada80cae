#include "agents/search/cache.hpp"
#include "tests/agents/search/games.hpp"
#include "tests/catch.hpp"

#include <thread>

using namespace tengen;

TEST_CASE("the cache gives back what was put, to its precision") {
  EvaluationCache cache(WideGame::spec(), 1 << 20);
  EvaluationBatch batch(WideGame::spec(), 2);
  Rng rng(1);
  for (int i = 0; i < 81; ++i) batch.ownership(0)[static_cast<std::size_t>(i)] = -1 + 0.025F * i;
  for (float& logit : batch.logits(0)) logit = static_cast<float>(rng.uniform(-20, 30));
  batch.logits(0)[7] = 40;
  batch.logits(0)[8] = -1000;  // as good as never
  batch.value(0) = 0.123456F;
  batch.margin(0) = -7.25F;
  CHECK_FALSE(cache.find(99, batch, 1));
  cache.put(99, batch, 0);
  REQUIRE(cache.find(99, batch, 1));
  CHECK(batch.value(1) == batch.value(0));
  CHECK(batch.margin(1) == batch.margin(0));
  for (std::size_t i = 0; i < 82; ++i) {
    if (i == 8) continue;
    REQUIRE(batch.logits(1)[i] == Approx(batch.logits(0)[i] - 40).margin(1.0 / 1000));
  }
  CHECK(batch.logits(1)[8] < -127);
  for (std::size_t i = 0; i < 81; ++i) {
    REQUIRE(batch.ownership(1)[i] ==
            Approx(std::min(1.0F, batch.ownership(0)[i])).margin(1.0 / 250));
  }
  CHECK(cache.hits() == 1);
  CHECK(cache.misses() == 1);
  cache.clear();
  CHECK_FALSE(cache.find(99, batch, 1));
}

TEST_CASE("what was seen turned is kept as seen upright") {
  EvaluationCache cache(WideGame::spec(), 1 << 20);
  EvaluationBatch batch(WideGame::spec(), 2);
  for (int symmetry = 0; symmetry < 8; ++symmetry) {
    std::ranges::fill(batch.logits(0), 0.0F);
    std::ranges::fill(batch.ownership(0), 0.0F);
    const auto there = static_cast<std::size_t>(transformed(WideGame::spec(), 12, symmetry));
    batch.logits(0)[there] = 5;
    batch.ownership(0)[there] = 1;
    cache.put(0, batch, 0, symmetry);
    REQUIRE(cache.find(0, batch, 1));
    CHECK(std::ranges::max_element(batch.logits(1)) - batch.logits(1).begin() == 12);
    CHECK(batch.ownership(1)[12] == 1);
  }
}

TEST_CASE("a full cache forgets what was not used, and stays in its memory") {
  EvaluationCache cache(TicTacToe::spec(), 1);
  REQUIRE(cache.entries() == 2);
  EvaluationBatch batch(TicTacToe::spec(), 1);
  for (std::uint64_t hash = 1; hash <= 3; ++hash) {
    batch.value(0) = static_cast<float>(hash);
    cache.put(hash, batch, 0);
    if (hash == 2) REQUIRE(cache.find(1, batch, 0));  // so 2 is the older one
  }
  CHECK(cache.find(1, batch, 0));
  CHECK(batch.value(0) == 1);
  CHECK_FALSE(cache.find(2, batch, 0));
  CHECK(cache.find(3, batch, 0));
  EvaluationCache larger(TicTacToe::spec(), 100000);
  CHECK(larger.entries() * larger.bytes_per_entry() <= 100000);
  CHECK(larger.entries() * larger.bytes_per_entry() > 99000);
}

TEST_CASE("threads share a cache without mixing entries up") {
  EvaluationCache cache(TicTacToe::spec(), 4096);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      EvaluationBatch batch(TicTacToe::spec(), 1);
      Rng rng(thread);
      for (int i = 0; i < 5000; ++i) {
        const std::uint64_t hash = 1 + rng.below(300);
        if (cache.find(hash, batch, 0)) {
          wrong += batch.value(0) != static_cast<float>(hash);
        } else {
          batch.value(0) = static_cast<float>(hash);
          cache.put(hash, batch, 0);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(cache.hits() + cache.misses() == 20000);
}
