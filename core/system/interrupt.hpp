// Ctrl-C, once: finish the step and keep everything. Twice: stop at once.
#pragma once

#include <array>
#include <csignal>

namespace tengen {

/// Thrown by long work that was asked to stop. No std::exception: whoever handles errors shall not
/// take it for one.
struct Interrupted {};

/// While it lives, SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU only ask to stop. A second
/// SIGINT or SIGTERM ends the process as usual; the others may be repeated by whoever sends them.
/// SIGHUP stays ignored where it was (nohup). One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU};
  std::array<struct sigaction, kSignals.size()> before_{};
};

/// Whether a guard was asked to stop and the asking is not held back.
[[nodiscard]] bool interrupted();
/// For loops deep down: throws Interrupted if interrupted().
void stop_if_interrupted();

/// While it lives, interrupted() is false: for what shall be done although Ctrl-C came.
class InterruptPause {
 public:
  InterruptPause();
  ~InterruptPause();
  InterruptPause(const InterruptPause&) = delete;
  InterruptPause& operator=(const InterruptPause&) = delete;
};

}  // namespace tengen
