// Reads lines from a file descriptor and knows whether another one waits.
#pragma once

#include "core/usize.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

namespace tengen {

/// To be used by one thread at a time. Does not own the descriptor.
class LineReader {
 public:
  static constexpr std::size_t kLongest = std::size_t{1} << 20;

  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  /// The next line, without its '\n'; waits for it. Empty at the end of the input. Of a line of
  /// over kLongest bytes, the first kLongest + 1 are returned and the others skipped.
  std::optional<std::string> next() {
    std::string line;
    const auto take = [&](std::size_t bytes) {
      line.append(buffer_, 0, std::min(bytes, kLongest + 1 - line.size()));
      buffer_.erase(0, bytes);
    };
    for (;;) {
      if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
        take(end);
        buffer_.erase(0, 1);
        return line;
      }
      take(buffer_.size());
      if (ended_) return line.empty() ? std::nullopt : std::optional(std::move(line));
      read();
    }
  }

  /// Whether next() would probably return at once, because something can be read.
  [[nodiscard]] bool waiting() const {
    if (ended_ || buffer_.find('\n') != std::string::npos) return true;
    pollfd event{descriptor_, POLLIN, 0};
    return ::poll(&event, 1, 0) > 0;
  }

 private:
  void read() {
    std::array<char, 4096> bytes;
    const ssize_t n = ::read(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) return;
    if (n <= 0)
      ended_ = true;
    else
      buffer_.append(bytes.data(), usize(n));
  }

  int descriptor_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace tengen
