#include "experiments/go/go_clock.hpp"
#include "tests/catch.hpp"

using namespace tengen;

TEST_CASE("clocks: absolute time is shared out and never overdrawn") {
  GoClock clock = GoClock::canadian(100, 0, 0);
  CHECK(clock.limited());
  CHECK(clock.budget(0, 20, 0) == Approx(5));
  CHECK(clock.budget(0, 20, 0.5) == Approx(4.5));
  clock.spend(0, 60);
  CHECK(clock.budget(0, 20, 0) == Approx(2));
  CHECK(clock.budget(1, 20, 0) == Approx(5));
  clock.set_left(1, 0, 0);
  CHECK(clock.budget(1, 20, 0.2) == Approx(0.01));
  double left = 100;
  clock.restart();
  for (int i = 0; i < 1000; ++i) {
    const double budget = clock.budget(0, 10, 0);
    left -= budget;
    clock.spend(0, budget);
  }
  CHECK(left > -10);  // 0.01 s a move at least
}

TEST_CASE("clocks: canadian overtime") {
  GoClock clock = GoClock::canadian(0, 300, 25);
  CHECK(clock.budget(0, 50, 0) == Approx(12));
  for (int i = 0; i < 24; ++i) clock.spend(0, 4);
  CHECK(clock.budget(0, 50, 0) == Approx(204));  // one stone left
  clock.spend(0, 10);
  CHECK(clock.budget(0, 50, 0) == Approx(12));  // the next 25
  clock.set_left(0, 60, 10);
  CHECK(clock.budget(0, 50, 0) == Approx(6));
  GoClock main = GoClock::canadian(10, 300, 25);
  CHECK(main.budget(0, 50, 0) == Approx(10));  // no more than is left
  main.spend(0, 11);
  CHECK(main.budget(0, 50, 0) == Approx(299.0 / 25));
}

TEST_CASE("clocks: japanese overtime, and none") {
  GoClock clock = GoClock::japanese(0, 30, 5);
  CHECK(clock.budget(0, 50, 1) == Approx(29));
  clock.spend(0, 65);  // two periods gone
  CHECK(clock.budget(0, 50, 1) == Approx(29));
  CHECK_FALSE(GoClock().limited());
  CHECK_FALSE(GoClock::canadian(0, 1, 0).limited());
}
