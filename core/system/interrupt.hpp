// Ctrl-C asks to finish the step and keep everything; a second one stops at once.
#pragma once

#include <array>
#include <csignal>

namespace tengen {

/// Long work that was asked to stop throws it. It is no std::exception, so that nobody who handles
/// errors takes it for one.
struct Interrupted {};

/// While it lives, SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU only ask to stop. A second
/// SIGINT or SIGTERM ends the process as usual; the others may be repeated by whoever sends them.
/// SIGHUP stays ignored where it was (nohup). There may be one guard at a time.
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

/// Whether a guard was asked to stop, unless an InterruptPause holds that back.
[[nodiscard]] bool interrupted();
/// Throws Interrupted if interrupted(); for loops deep down.
void stop_if_interrupted();

/// While it lives, interrupted() is false; for what shall be done although Ctrl-C came.
class InterruptPause {
 public:
  InterruptPause();
  ~InterruptPause();
  InterruptPause(const InterruptPause&) = delete;
  InterruptPause& operator=(const InterruptPause&) = delete;
};

}  // namespace tengen
