#include "experiments/viewer/window.hpp"

#include "tests/catch.hpp"
#include "tests/experiments/viewer/scripted.hpp"

#include <cstdlib>

using namespace tengen;

// SDL's dummy driver draws in memory, so this needs no display. Keys and pictures are tested under
// a virtual display by window_keys.sh.
TEST_CASE("the window opens, plays and closes after the steps asked for") {
  setenv("SDL_VIDEODRIVER", "dummy", 1);
  ScriptedSession scripted;
  WindowOptions options;
  options.steps = 6;
  if (!can_open_window()) {
    CHECK_THROWS_WITH(run_window(scripted.session, options), ContainsSubstring("libsdl2-dev"));
    WARN("built without a window: only its absence was tested");
    return;
  }
  run_window(scripted.session, options);
  CHECK(scripted.session.total_steps() == 6);
  options.human = true;  // Corridor can do nothing, so it goes on without a key
  options.steps = 12;
  run_window(scripted.session, options);
  CHECK(scripted.session.total_steps() == 12);
}
