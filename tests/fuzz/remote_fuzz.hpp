// Two connected ends, one of which has already said everything that it will say.
#pragma once

#include "experiments/remote/channel.hpp"

#include <sys/mman.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace tengen {

/// A channel on which `bytes` are all there is to read; with their first a copy of `descriptor`
/// comes along, unless that is negative.
class Recorded {
 public:
  Recorded(std::span<const std::uint8_t> bytes, int descriptor)
      : channel_(open(bytes, descriptor)) {}
  ~Recorded() { ::close(other_); }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  Channel& channel() { return channel_; }

 private:
  Channel open(std::span<const std::uint8_t> bytes, int descriptor) {
    int ends[2];
    TENGEN_CHECK(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    other_ = ends[1];
    iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof(control);
      cmsghdr* const rights = CMSG_FIRSTHDR(&message);
      rights->cmsg_level = SOL_SOCKET;
      rights->cmsg_type = SCM_RIGHTS;
      rights->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(rights), &descriptor, sizeof(int));
    }
    if (!bytes.empty()) static_cast<void>(::sendmsg(other_, &message, MSG_DONTWAIT));
    ::shutdown(other_, SHUT_WR);
    const auto context = std::make_shared<boost::asio::io_context>();
    return {context, Channel::Socket(*context, {AF_UNIX, 0}, ends[0])};
  }

  int other_ = -1;
  Channel channel_;
};

}  // namespace tengen
