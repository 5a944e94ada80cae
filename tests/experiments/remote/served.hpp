// A server in a thread of the test, and an environment that it serves.
#pragma once

#include "envs/registry.hpp"
#include "experiments/remote/entry.hpp"
#include "experiments/remote/remote_env.hpp"
#include "experiments/remote/server.hpp"
#include "tests/temp_directory.hpp"

#include <string>
#include <thread>

namespace tengen {

/// Serves until it goes.
class Served {
 public:
  explicit Served(ServerOptions options, EnvRegistry registry = builtin_envs())
      : registry_(std::move(registry)),
        server_(registry_, std::move(options)),
        thread_([this] { server_.run(); }) {}
  ~Served() {
    server_.stop();
    thread_.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  [[nodiscard]] const std::string& address() const { return server_.addresses().front(); }

 private:
  EnvRegistry registry_;
  Server server_;
  std::thread thread_;
};

inline ServerOptions offer(std::string env, std::string listen,
                           std::vector<std::string> settings = {}) {
  ServerOptions options;
  options.session.env = std::move(env);
  options.session.settings = std::move(settings);
  options.listen = {std::move(listen)};
  options.quiet = true;
  return options;
}

inline ClientOptions impatient(double timeout = 5, double patience = 5) {
  ClientOptions options;
  options.timeout = timeout;
  options.patience = patience;
  return options;
}

}  // namespace tengen
