// What stands in for window.cpp where SDL2 or Dear ImGui is missing.
#include "experiments/viewer/window.hpp"

namespace tengen {

bool can_open_window() { return false; }

void run_window(Session&, const WindowOptions&) {
  throw Error(
      "this program was built without a window; install libsdl2-dev and libimgui-dev and "
      "configure with -DTENGEN_VIEWER=ON, or use --record FILE");
}

}  // namespace tengen
