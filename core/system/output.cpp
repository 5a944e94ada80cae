#include "core/system/output.hpp"

#include "core/system/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace tengen {
namespace {

std::atomic<int> first_error{0};

// 0, or the errno of what went wrong. Somebody else may have made the descriptor non-blocking.
int write_text(int descriptor, std::string_view text) {
  std::span<const std::byte> rest = std::as_bytes(std::span(text));
  return write_all(descriptor, rest);
}

}  // namespace

void secure_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  // Output is opened for reading: whoever writes an answer there learns that nobody gets it.
  constexpr int kModes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    ::open("/dev/null", kModes[descriptor]);  // the lowest number that is free
  }
}

void write_out(std::string_view text, bool optional) {
  const int error = write_text(STDOUT_FILENO, text);
  if (error == 0 || (optional && (error == EPIPE || error == EBADF))) return;
  int none = 0;
  first_error.compare_exchange_strong(none, error);
}

int output_error() { return first_error; }

void write_err(std::string_view text) { write_text(STDERR_FILENO, text); }

void write_warning(std::string_view text) {
  const char* start = ::isatty(STDERR_FILENO) == 1 ? "\r\x1b[K" : "";
  write_err(fmt::format("{}tengen: warning: {}\n", start, text));
}

}  // namespace tengen
