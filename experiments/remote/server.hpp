// Listens at addresses, and gives every client a session in a thread of its own.
#pragma once

#include "experiments/remote/offer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tengen {

struct ServerOptions {
  SessionOptions session;
  std::vector<std::string> listen;  ///< addresses, at least one; port 0: one that is free
  bool allow_remote = false;        ///< other interfaces than the loopback's are allowed
  bool quiet = false;               ///< no lines on stderr where clients come and go
  int max_clients = 64;             ///< at a time
};

class Server {
 public:
  /// Makes the environment once, to see that it can be made, and listens. A socket file that a dead
  /// server has left behind is replaced. Throws UsageError for options that do not fit together,
  /// and Error where an address cannot be had. `registry` must outlive this.
  Server(const EnvRegistry& registry, ServerOptions options);
  /// Ends all sessions, and removes its socket files.
  ~Server();

  /// Where it listens; ports are the true ones.
  [[nodiscard]] const std::vector<std::string>& addresses() const;
  /// Serves until stop(), or with `signals` until SIGINT, SIGTERM or SIGHUP. Returns whether it was
  /// a signal. A second signal does what it does by default.
  bool run(bool signals = false);
  /// From any thread, once.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tengen
