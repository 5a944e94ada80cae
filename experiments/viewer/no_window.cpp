// Replaces window.cpp and go_window.cpp where SDL2 or Dear ImGui is missing.
#include "experiments/viewer/go_window.hpp"
#include "experiments/viewer/window.hpp"

namespace tengen {

bool can_open_window() { return false; }

namespace {
[[noreturn]] void refuse() {
  throw Error(
      "this program was built without a window; install libsdl2-dev and libimgui-dev and "
      "configure with -DTENGEN_VIEWER=ON, or use --record FILE");
}
}  // namespace

void run_window(Session&, const WindowOptions&) { refuse(); }
void run_go_window(GoSession&, const GoWindowOptions&) { refuse(); }

}  // namespace tengen
