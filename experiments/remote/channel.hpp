// A connection that carries messages: bytes in and out by a deadline, straight from and to the
// memory that they belong to. docs/protocol.md has the messages.
#pragma once

#include "core/check.hpp"
#include "core/system/descriptor.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// The connection is of no more use: it broke, or the other side is late or breaks the protocol.
/// The message does not say which connection.
class PeerFault : public Error {
 public:
  using Error::Error;
};
/// The other side broke the protocol.
class Malformed : public PeerFault {
 public:
  using PeerFault::PeerFault;
};

enum class Message : std::uint32_t {
  kHello = 1,
  kReset,
  kStep,
  kObserve,
  kDraw,
  kOracle,
  kSave,
  kLoad,
  kClose,
  kWelcome = 129,
  kObservations,
  kStepped,
  kPicture,
  kActions,
  kState,
  kError = 255,
};

inline constexpr std::uint32_t kMostHello = 64U << 10, kMostText = 1U << 20, kMostBody = 1U << 30;
inline constexpr std::uint32_t kMostObservation = 64U << 20;

struct Header {
  std::uint32_t length = 0;  ///< of the body in bytes
  Message type{};
};

/// Pieces of memory that are read or written one after the other.
class Gather {
 public:
  void clear() { parts_.clear(); }
  void add(std::span<const std::byte> bytes) {
    if (!bytes.empty()) parts_.emplace_back(const_cast<std::byte*>(bytes.data()), bytes.size());
  }
  template <class T, std::size_t kCount>
  void add(std::span<T, kCount> values) {
    add(std::span<const std::byte>(std::as_bytes(values)));
  }
  [[nodiscard]] std::size_t bytes() const { return boost::asio::buffer_size(parts_); }

 private:
  friend class Channel;
  std::vector<boost::asio::mutable_buffer> parts_;
};

/// Owns a connected socket. One thread at a time; only interrupt() is for others. Reading waits by
/// asking again and again for some microseconds, where there is more than one core, before it lets
/// the thread sleep. Nothing is allocated once it is warm.
class Channel {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  /// `context` is the one that `socket` was made with.
  Channel(std::shared_ptr<boost::asio::io_context> context, Socket socket);

  /// Sends a message. Throws Error if it is longer than the protocol allows, and PeerFault if the
  /// other side has closed or has not taken it by `deadline`.
  void send(Message type, std::span<const std::byte> body, Clock::time_point deadline);
  void send(Message type, std::string_view body, Clock::time_point deadline) {
    send(type, std::as_bytes(std::span(body)), deadline);
  }
  void send(Message type, const Gather& body, Clock::time_point deadline);
  /// The same over a Unix-domain socket, with a descriptor that the other side gets a copy of.
  void send_with_descriptor(Message type, std::string_view body, int descriptor,
                            Clock::time_point deadline);

  /// Waits until there is something to read. Throws PeerFault at `deadline`.
  void wait_for_message(Clock::time_point deadline);
  /// Reads a message's header. Throws PeerFault if it is not there by `deadline`.
  Header read_header(Clock::time_point deadline);
  /// The same, and takes a descriptor that came with it; none if none did.
  Header read_header(Clock::time_point deadline, Descriptor& descriptor);
  /// Reads as many bytes as `parts` have. Throws PeerFault.
  void read(const Gather& parts, Clock::time_point deadline);
  void read(std::span<std::byte> bytes, Clock::time_point deadline);
  std::string read_text(std::uint32_t length, Clock::time_point deadline);
  /// Reads and forgets so many bytes.
  void skip(std::size_t bytes, Clock::time_point deadline);

  /// Gives the other side so much time to read to its end what was sent, although we look at no
  /// more of theirs.
  void finish(std::chrono::milliseconds time);
  /// Ends all waiting in it, from any thread: whoever reads or writes gets a PeerFault.
  void interrupt();

 private:
  using Buffers = std::span<boost::asio::mutable_buffer>;

  enum class Way : std::uint8_t { kIn, kOut };
  void transfer(Way way, Buffers buffers, Clock::time_point deadline);
  void wait(Way way, Clock::time_point deadline);
  void put_header(Message type, std::size_t length);

  std::shared_ptr<boost::asio::io_context> context_;
  Socket socket_;
  std::uint32_t header_[2] = {};
  std::vector<boost::asio::mutable_buffer> parts_;
  std::vector<std::byte> skipped_;
};

}  // namespace tengen
