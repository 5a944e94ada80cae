// Lines from a file descriptor, and whether another one waits.
#pragma once

#include "core/check.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

namespace tengen {

/// One thread at a time; does not own the descriptor.
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  /// The next line, without its '\n'; waits for it. Empty at the end of the input. Throws Error
  /// where a line is longer than a MiB.
  std::optional<std::string> next() {
    for (;;) {
      if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      if (ended_ && buffer_.empty()) return std::nullopt;
      if (ended_) return std::exchange(buffer_, {});
      if (buffer_.size() > kLongest) throw Error("a line of over {} bytes", kLongest);
      read();
    }
  }

  /// Whether next() would return at once, or about so: something can be read.
  [[nodiscard]] bool waiting() const {
    if (ended_ || buffer_.find('\n') != std::string::npos) return true;
    pollfd event{descriptor_, POLLIN, 0};
    return ::poll(&event, 1, 0) > 0;
  }

 private:
  static constexpr std::size_t kLongest = std::size_t{1} << 20;

  void read() {
    std::array<char, 4096> bytes;
    const ssize_t n = ::read(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) return;
    if (n <= 0)
      ended_ = true;
    else
      buffer_.append(bytes.data(), static_cast<std::size_t>(n));
  }

  int descriptor_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace tengen
