// Peers that say what a test lets them say.
#pragma once

#include "envs/registry.hpp"
#include "experiments/remote/session.hpp"
#include "tests/experiments/remote/served.hpp"

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace tengen {

/// Two connected ends.
inline std::pair<Channel, Channel> channel_pair() {
  const auto context = std::make_shared<boost::asio::io_context>();
  boost::asio::local::stream_protocol::socket a(*context), b(*context);
  boost::asio::local::connect_pair(a, b);
  return {Channel(context, std::move(a)), Channel(context, std::move(b))};
}

inline Channel::Clock::time_point soon(double seconds = 5) {
  return Channel::Clock::now() + std::chrono::duration_cast<Channel::Clock::duration>(
                                     std::chrono::duration<double>(seconds));
}

/// What is written on standard error while it lives.
class StderrCapture {
 public:
  StderrCapture() : before_(::dup(STDERR_FILENO)), file_(std::tmpfile()) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~StderrCapture() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

  [[nodiscard]] std::string text() const {
    std::string out(1 << 16, '\0');
    const ssize_t n = ::pread(::fileno(file_), out.data(), out.size(), 0);
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return out;
  }

 private:
  int before_;
  std::FILE* file_;
};

/// Plays Catch-v0 as a server should, over this connection.
inline void play_honestly(Channel& channel, const SessionOptions& options) {
  const EnvRegistry registry = builtin_envs();
  ClientSession(channel, options, registry, true).run([](const ClientSession&) {});
}

/// Listens at a Unix-domain socket and lets `script` talk with the n-th connection, from 0 on.
class FakeServer {
 public:
  using Script = std::function<void(int n, Channel&)>;

  FakeServer(const std::string& path, Script script)
      : path_(path), acceptor_(*context_, {path}), thread_([this, script] { run(script); }) {}
  ~FakeServer() {
    over_ = true;
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::socket last(context);
    boost::system::error_code ignored;
    last.connect({path_}, ignored);
    thread_.join();
  }

  [[nodiscard]] std::string address() const { return "unix:" + path_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void run(const Script& script) {
    for (;;) {
      boost::asio::local::stream_protocol::socket socket(*context_);
      acceptor_.accept(socket);
      if (over_) return;
      Channel channel(context_, std::move(socket));
      try {
        script(connections_++, channel);
      } catch (const PeerFault&) {  // the client went
      }
    }
  }

  std::string path_;
  std::shared_ptr<boost::asio::io_context> context_ = std::make_shared<boost::asio::io_context>();
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::atomic<bool> over_ = false;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace tengen
