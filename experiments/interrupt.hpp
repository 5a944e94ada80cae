// Ctrl-C, once: finish the step and keep everything. Twice: stop at once.
#pragma once

namespace tengen {

/// While it lives, SIGINT and SIGTERM only set a flag; a second one kills the process as usual.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  [[nodiscard]] static bool interrupted();
};

}  // namespace tengen
