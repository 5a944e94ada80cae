#include "core/system/interrupt.hpp"

#include "tests/catch.hpp"

using namespace tengen;

TEST_CASE("signals only ask while a guard lives") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU}) {
    CAPTURE(number);
    CHECK(!interrupted());
    {
      const InterruptGuard guard;
      CHECK(!interrupted());
      CHECK_NOTHROW(stop_if_interrupted());
      std::raise(number);
      CHECK(interrupted());
      CHECK_THROWS_AS(stop_if_interrupted(), Interrupted);
      {
        const InterruptPause pause;
        CHECK(!interrupted());
        CHECK_NOTHROW(stop_if_interrupted());
      }
      CHECK(interrupted());
    }
    CHECK(!interrupted());
  }
}

TEST_CASE("a hang-up that was ignored stays ignored, and what signals meant comes back") {
  std::signal(SIGHUP, SIG_IGN);
  {
    const InterruptGuard guard;
    std::raise(SIGHUP);
    CHECK(!interrupted());
  }
  CHECK(std::signal(SIGHUP, SIG_DFL) == SIG_IGN);
  CHECK(std::signal(SIGUSR1, SIG_DFL) == SIG_DFL);
}
