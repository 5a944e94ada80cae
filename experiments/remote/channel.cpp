#include "experiments/remote/channel.hpp"

#include "core/system/machine.hpp"
#include "core/usize.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <thread>

namespace asio = boost::asio;

namespace tengen {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers travel as they lie in memory");

constexpr std::chrono::microseconds kSpin{100};
constexpr std::size_t kPartsAtOnce = 64;  // what asio hands to the system in one call

std::chrono::microseconds spin_time() {
  static const bool worth_it = usable_cores() > 1;
  return worth_it ? kSpin : std::chrono::microseconds{0};
}

// Drops the first `done` bytes.
void advance(std::span<asio::mutable_buffer>& buffers, std::size_t done) {
  while (!buffers.empty() && done >= buffers.front().size()) {
    done -= buffers.front().size();
    buffers = buffers.subspan(1);
  }
  if (done > 0) buffers.front() += done;
}

[[noreturn]] void broken(const boost::system::error_code& error) {
  if (error == asio::error::eof || error == asio::error::connection_reset ||
      error == asio::error::broken_pipe)
    throw PeerFault("the connection was closed by the other side");
  throw PeerFault("the connection broke: {}", error.message());
}

}  // namespace

Channel::Channel(std::shared_ptr<asio::io_context> context, Socket socket)
    : context_(std::move(context)), socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  ::fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);
}

void Channel::wait(Way way, Clock::time_point deadline) {
  pollfd ready{socket_.native_handle(), way == Way::kIn ? short{POLLIN} : short{POLLOUT}, 0};
  for (;;) {
    int milliseconds = -1;
    if (deadline != kNever) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      milliseconds = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
    }
    const int found = ::poll(&ready, 1, milliseconds);
    if (found > 0) return;
    if (found == 0 && Clock::now() >= deadline)
      throw PeerFault("the other side did not go on in time");
    if (found < 0 && errno != EINTR)
      throw PeerFault("the connection broke: {}", std::strerror(errno));
  }
}

void Channel::transfer(Way way, Buffers buffers, Clock::time_point deadline) {
  auto asleep_at = Clock::time_point::min();  // unknown until there is something to wait for
  while (!buffers.empty()) {
    boost::system::error_code error;
    const Buffers now = buffers.first(std::min(buffers.size(), kPartsAtOnce));
    const std::size_t done =
        way == Way::kIn ? socket_.read_some(now, error) : socket_.write_some(now, error);
    advance(buffers, done);
    if (!error) {
      asleep_at = Clock::time_point::min();
      continue;
    }
    if (error != asio::error::would_block && error != asio::error::try_again) broken(error);
    if (asleep_at == Clock::time_point::min()) asleep_at = Clock::now() + spin_time();
    if (Clock::now() < asleep_at)
      std::this_thread::yield();  // the other side may be waiting for this core
    else
      wait(way, deadline);
  }
}

void Channel::put_header(Message type, std::size_t length) {
  if (length > kMostBody)
    throw Error("a message of {} bytes; at most {} are allowed", length, kMostBody);
  header_[0] = static_cast<std::uint32_t>(length);
  header_[1] = static_cast<std::uint32_t>(type);
  parts_.assign(1, asio::buffer(header_));
}

void Channel::send(Message type, const Gather& body, Clock::time_point deadline) {
  put_header(type, body.bytes());
  parts_.insert(parts_.end(), body.parts_.begin(), body.parts_.end());
  transfer(Way::kOut, parts_, deadline);
}

void Channel::send(Message type, std::span<const std::byte> body, Clock::time_point deadline) {
  put_header(type, body.size());
  if (!body.empty()) parts_.emplace_back(const_cast<std::byte*>(body.data()), body.size());
  transfer(Way::kOut, parts_, deadline);
}

void Channel::send_with_descriptor(Message type, std::string_view body, int descriptor,
                                   Clock::time_point deadline) {
  put_header(type, body.size());
  iovec first{header_, 1};  // the descriptor travels with the first byte
  alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &first;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* const rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(rights), &descriptor, sizeof(int));
  while (::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL) != 1) {
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      wait(Way::kOut, deadline);
    else if (errno != EINTR)
      broken({errno, boost::system::system_category()});
  }
  parts_.front() += 1;
  if (!body.empty()) parts_.emplace_back(const_cast<char*>(body.data()), body.size());
  transfer(Way::kOut, parts_, deadline);
}

void Channel::wait_for_message(Clock::time_point deadline) {
  const auto asleep_at = Clock::now() + spin_time();
  std::byte next;
  do {
    const ssize_t found =
        ::recv(socket_.native_handle(), &next, sizeof(next), MSG_PEEK | MSG_DONTWAIT);
    if (found >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) return;
    std::this_thread::yield();
  } while (Clock::now() < asleep_at);
  wait(Way::kIn, deadline);
}

Header Channel::read_header(Clock::time_point deadline) {
  parts_.assign(1, asio::buffer(header_));
  transfer(Way::kIn, parts_, deadline);
  return {header_[0], static_cast<Message>(header_[1])};
}

Header Channel::read_header(Clock::time_point deadline, Descriptor& descriptor) {
  iovec first{header_, 1};
  alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int))];  // room for one: the rest is closed
  msghdr message{};
  message.msg_iov = &first;
  message.msg_iovlen = 1;
  ssize_t got = 0;
  do {
    wait(Way::kIn, deadline);
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    got = ::recvmsg(socket_.native_handle(), &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK));
  if (got == 0) broken(asio::error::eof);
  if (got < 0) broken({errno, boost::system::system_category()});
  const cmsghdr* const rights = CMSG_FIRSTHDR(&message);
  if (rights != nullptr && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS &&
      rights->cmsg_len == CMSG_LEN(sizeof(int))) {
    int number = -1;
    std::memcpy(&number, CMSG_DATA(rights), sizeof(int));
    descriptor = Descriptor(number);
  }
  parts_.assign(1, asio::buffer(header_) + 1);
  transfer(Way::kIn, parts_, deadline);
  return {header_[0], static_cast<Message>(header_[1])};
}

void Channel::read(const Gather& parts, Clock::time_point deadline) {
  parts_.assign(parts.parts_.begin(), parts.parts_.end());
  transfer(Way::kIn, parts_, deadline);
}

void Channel::read(std::span<std::byte> bytes, Clock::time_point deadline) {
  if (bytes.empty()) return;
  parts_.assign(1, asio::buffer(bytes.data(), bytes.size()));
  transfer(Way::kIn, parts_, deadline);
}

std::string Channel::read_text(std::uint32_t length, Clock::time_point deadline) {
  std::string text(length, '\0');
  read(std::as_writable_bytes(std::span(text)), deadline);
  return text;
}

void Channel::skip(std::size_t bytes, Clock::time_point deadline) {
  skipped_.resize(std::size_t{64} << 10);
  while (bytes > 0) {
    const std::size_t now = std::min(bytes, skipped_.size());
    read(std::span(skipped_).first(now), deadline);
    bytes -= now;
  }
}

// A socket that is closed while bytes wait to be read takes back what it has sent.
void Channel::finish(std::chrono::milliseconds time) {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  const auto deadline = Clock::now() + time;
  skipped_.resize(std::size_t{64} << 10);
  boost::system::error_code error;
  try {
    while (!error && Clock::now() < deadline) {
      wait(Way::kIn, deadline);
      socket_.read_some(asio::buffer(skipped_), error);
    }
  } catch (const PeerFault&) {
  }
}

void Channel::interrupt() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }

}  // namespace tengen
