// The Go window: play with the mouse, watch engines, step through a game while it is analysed.
#pragma once

#include "experiments/viewer/go_session.hpp"
#include "experiments/viewer/go_view.hpp"

#include <array>
#include <filesystem>

namespace tengen {

struct GoWindowOptions {
  std::array<GoPlayer*, 2> engines{};  ///< Black's and White's; null: people play
  GoPlayer* analyst = nullptr;         ///< the player whose analysis is shown; null: none
  bool analyse = true;                 ///< whether analysis is on at the start
  ThinkLimit limit;                    ///< of the engines, per move
  GoShow show;
  std::filesystem::path folder;  ///< for screenshots and games
  int moves = 0;  ///< the window closes once the game has so many; 0: never by itself
};

/// Opens a window on the session and returns when it is closed. Another thread uses the players
/// until then. Throws Error if the build has no window, there is no display, or SDL fails.
void run_go_window(GoSession& session, const GoWindowOptions& options);

}  // namespace tengen
