#include "agents/search/clock.hpp"
#include "core/check.hpp"
#include "tests/catch.hpp"

using namespace tengen;

TEST_CASE("no limit, as GTP says it") {
  CHECK_FALSE(Clock().seconds_for_move(10).has_value());
  CHECK_FALSE(Clock(TimeSettings::gtp(0, 5, 0)).seconds_for_move(10).has_value());
  CHECK_THROWS_AS(TimeSettings::gtp(-1, 0, 0), UsageError);
  CHECK_THROWS_AS(TimeSettings::byo_yomi(10, 5, -1), UsageError);
}

TEST_CASE("absolute time is shared out and never used up by one move") {
  Clock clock(TimeSettings::gtp(60, 0, 0));
  CHECK(*clock.seconds_for_move(30) == Approx(2));
  CHECK(*clock.seconds_for_move(1, 0.5) == Approx(59.5));
  // Moves that take what they were given never end the game, however long it lasts.
  for (int move = 0; move < 2000; ++move) clock.spend(*clock.seconds_for_move(20) * 0.99);
  CHECK(clock.main_left() < 1);
  clock.spend(1);
  CHECK(clock.flagged());
  clock.set_left(10, 0);
  CHECK_FALSE(clock.flagged());
  CHECK(*clock.seconds_for_move(10) == Approx(1));
}

TEST_CASE("byo-yomi: a period a move is free, longer moves use periods up") {
  Clock clock(TimeSettings::byo_yomi(20, 5, 3));
  CHECK(*clock.seconds_for_move(100) == Approx(5));  // main time would be wasted otherwise
  CHECK(*clock.seconds_for_move(2) == Approx(10));
  clock.spend(20);
  CHECK(*clock.seconds_for_move(50) == Approx(4.7));
  for (int move = 0; move < 100; ++move) clock.spend(*clock.seconds_for_move(50));
  CHECK_FALSE(clock.flagged());
  clock.spend(6);
  clock.spend(6);
  CHECK_FALSE(clock.flagged());
  clock.spend(6);
  CHECK(clock.flagged());
}

TEST_CASE("byo-yomi: of the period that runs, only what is left") {
  Clock clock(TimeSettings::byo_yomi(0, 5, 2));
  clock.set_left(1, 1);
  CHECK(*clock.seconds_for_move(50) == Approx(0.7));
  clock.spend(0.9);
  CHECK(*clock.seconds_for_move(50) == Approx(4.7));  // it begins anew with the next move
  clock.set_left(1, 1);
  clock.spend(1.1);
  CHECK(clock.flagged());
  clock.set_left(2, 2);
  clock.spend(6);  // the rest of one period, and part of the last
  CHECK_FALSE(clock.flagged());
  clock.spend(5.5);
  CHECK(clock.flagged());
  clock.set_left(20, 0);  // main time again: all of the overtime is still to come
  CHECK(*clock.seconds_for_move(100) == Approx(5));
}

TEST_CASE("Canadian overtime: so many moves a period") {
  Clock clock(TimeSettings::gtp(0, 30, 10));
  CHECK(*clock.seconds_for_move(50) == Approx(2.7));
  for (int move = 0; move < 95; ++move) clock.spend(*clock.seconds_for_move(50));
  CHECK_FALSE(clock.flagged());
  clock.set_left(3, 6);
  CHECK(*clock.seconds_for_move(50) == Approx(0.25));  // half is kept when there is little
  for (int move = 0; move < 6; ++move) clock.spend(0.4);
  CHECK(*clock.seconds_for_move(50) == Approx(2.7));  // a new period
  clock.spend(31);
  CHECK(clock.flagged());
}
