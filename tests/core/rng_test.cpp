#include "core/rng.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using tengen::Rng;

TEST_CASE("Philox4x32-10 gives the reference's known answer") {
  // Random123's kat_vectors: philox4x32 10, counter 0, key 0.
  Rng rng(0);
  CHECK(rng.next() == 0x6627E8D5U);
  CHECK(rng.next() == 0xE169C58DU);
  CHECK(rng.next() == 0xBC57AC4CU);
  CHECK(rng.next() == 0x9B00DBD8U);
}

TEST_CASE("a copy replays the stream, and a split does not depend on what was drawn") {
  Rng a(7);
  Rng before = a.split(3);
  for (int i = 0; i < 5; ++i) a.next();
  Rng copy = a;
  CHECK(copy.next64() == a.next64());
  CHECK(before == a.split(3));
  CHECK_FALSE(a.split(3) == a.split(4));
  CHECK_FALSE(Rng(0).split(1) == Rng(1).split(0));
}

TEST_CASE("distributions have their moments") {
  Rng rng(1);
  const int n = 200'000;
  double sum = 0, squares = 0, uniform = 0;
  std::vector<int> counts(7);
  for (int i = 0; i < n; ++i) {
    const double x = rng.normal();
    sum += x;
    squares += x * x;
    uniform += rng.uniform();
    ++counts[rng.below(7)];
  }
  CHECK(std::abs(sum / n) < 0.01);
  CHECK(std::abs(squares / n - 1) < 0.02);
  CHECK(std::abs(uniform / n - 0.5) < 0.005);
  for (const int count : counts) CHECK(std::abs(count - n / 7.0) < 5 * std::sqrt(n / 7.0));
}
