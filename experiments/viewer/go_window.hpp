// The Go window: play with the mouse, watch engines, step through a game while it is analysed.
#pragma once

#include "experiments/viewer/go_session.hpp"
#include "experiments/viewer/go_view.hpp"

#include <array>
#include <filesystem>

namespace tengen {

struct GoWindowOptions {
  std::array<GoPlayer*, 2> engines{};  ///< Black's and White's; null: people play
  GoPlayer* analyst = nullptr;         ///< whose thoughts are shown; null: nobody's
  bool analyse = true;                 ///< from the start
  ThinkLimit limit;                    ///< of the engines, a move
  GoShow show;
  std::filesystem::path folder;  ///< where screenshots and games go
  int moves = 0;                 ///< close once the game has so many; 0: when the user does
};

/// Opens a window on the session and returns when it is closed. The players are used by another
/// thread until then. Throws Error where the build has no window, there is no display or SDL fails.
void run_go_window(GoSession& session, const GoWindowOptions& options);

}  // namespace tengen
