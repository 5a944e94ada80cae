// The window: SDL2 shows the game, Dear ImGui the panel and the controls.
#pragma once

#include "experiments/viewer/session.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace tengen {

struct WindowOptions {
  bool human = false;      ///< the keyboard plays from the start, with no policy to hand back to
  double speed = 1;        ///< times the environment's natural speed
  std::int64_t steps = 0;  ///< the window closes after so many; 0: never by itself
  std::filesystem::path folder;                ///< for screenshots and clips
  std::function<void(Session&)> every_second;  ///< called about once a second; may be empty
};

/// Opens a window on the session and returns when it is closed. Throws Error if the build has no
/// window, there is no display, or SDL fails.
void run_window(Session& session, const WindowOptions& options);

/// Whether a window could open: it was built in, and there is a display or SDL_VIDEODRIVER is set.
bool can_open_window();

}  // namespace tengen
