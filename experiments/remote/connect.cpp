#include "experiments/remote/connect.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <optional>

namespace asio = boost::asio;

namespace tengen {
namespace {

using Clock = Channel::Clock;
using Code = boost::system::error_code;

// Runs what was started on `context` until it has set `done`.
void finish(asio::io_context& context, const std::optional<Code>& done, Clock::time_point deadline,
            const char* what) {
  context.restart();
  while (!done && Clock::now() < deadline) context.run_one_until(deadline);
  if (!done) throw PeerFault("{} takes too long", what);
  if (*done) throw PeerFault("{} failed: {}", what, done->message());
}

Channel::Socket connect_tcp(asio::io_context& context, const Address& address,
                            Clock::time_point deadline) {
  using asio::ip::tcp;
  tcp::resolver resolver(context);
  tcp::socket socket(context);
  tcp::resolver::results_type found;
  std::optional<Code> done;
  resolver.async_resolve(address.host, std::to_string(address.port),
                         [&](const Code& error, const tcp::resolver::results_type& results) {
                           done = error;
                           found = results;
                         });
  finish(context, done, deadline, "looking up the host");
  done.reset();
  asio::async_connect(socket, found,
                      [&](const Code& error, const tcp::endpoint&) { done = error; });
  finish(context, done, deadline, "connecting");
  socket.set_option(tcp::no_delay(true));
  return socket;
}

Channel::Socket connect_unix(asio::io_context& context, const Address& address) {
  using asio::local::stream_protocol;
  stream_protocol::socket socket(context);
  Code error;
  socket.connect(stream_protocol::endpoint(address.path), error);
  if (error) throw PeerFault("connecting failed: {}", error.message());
  return socket;
}

}  // namespace

Channel connect(const Address& address, Clock::time_point deadline) {
  const auto context = std::make_shared<asio::io_context>();
  if (address.kind == Address::Kind::kUnix) return {context, connect_unix(*context, address)};
  return {context, connect_tcp(*context, address, deadline)};
}

}  // namespace tengen
