#include "core/system/descriptor.hpp"

#include "core/usize.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace tengen {

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

int write_all(int descriptor, std::span<const std::byte>& bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes = bytes.subspan(usize(n));
    } else if (errno == EAGAIN) {
      pollfd room{descriptor, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace tengen
