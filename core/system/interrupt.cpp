#include "core/system/interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

namespace tengen {
namespace {

std::atomic<bool> caught{false};
std::atomic<int> pauses{0};
static_assert(std::atomic<bool>::is_always_lock_free);  // a handler may set it

void on_signal(int number) {
  const int saved = errno;
  if (number == SIGINT || number == SIGTERM) std::signal(number, SIG_DFL);
  if (!caught.exchange(true)) {
    constexpr std::string_view kText = "\nstopping after this step; once more to stop at once\n";
    [[maybe_unused]] const auto n = ::write(STDERR_FILENO, kText.data(), kText.size());
  }
  errno = saved;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  caught = false;
  struct sigaction ours {};
  ours.sa_handler = on_signal;
  ours.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    if (kSignals[i] == SIGHUP && before_[i].sa_handler == SIG_IGN) continue;
    ::sigaction(kSignals[i], &ours, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  caught = false;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

bool interrupted() { return caught && pauses == 0; }

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted{};
}

InterruptPause::InterruptPause() { ++pauses; }
InterruptPause::~InterruptPause() { --pauses; }

}  // namespace tengen
