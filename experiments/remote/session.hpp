// One client of a server, from HELLO to its end.
#pragma once

#include "experiments/remote/channel.hpp"
#include "experiments/remote/offer.hpp"
#include "experiments/remote/wire.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tengen {

/// Plays an environment of its own for the client behind a channel.
class ClientSession {
 public:
  /// `local`: the channel is a Unix-domain socket. What is referred to must outlive this.
  ClientSession(Channel& channel, const SessionOptions& options, const EnvRegistry& registry,
                bool local);

  /// Serves the client until it goes, closes or is told an error. `welcomed` is called once it has
  /// got its lanes. Returns how it ended, for people: "closed", or what was wrong. Never throws.
  std::string run(const std::function<void(const ClientSession&)>& welcomed);

  [[nodiscard]] int lanes() const { return welcome_.lanes; }
  [[nodiscard]] bool uses_memory() const { return !memory_.empty(); }
  [[nodiscard]] std::int64_t steps() const { return steps_; }

 private:
  using Clock = Channel::Clock;

  void greet();
  void make_env(const Hello& hello);
  void make_memory();
  // Serves one request; false if it was CLOSE.
  bool answer();
  void reset(const Header& header);
  void step(const Header& header);
  void observe(const Header& header);
  void draw(const Header& header);
  void oracle(const Header& header);
  void save(const Header& header);
  void load(const Header& header);
  void send_observations();
  void send_step();
  void say(ErrorKind kind, std::string text);

  void expect(const Header& header, std::uint64_t length) const;
  [[nodiscard]] Clock::time_point soon() const { return Clock::now() + options_.transfer; }

  Channel& channel_;
  const SessionOptions& options_;
  const EnvRegistry& registry_;
  bool local_;
  WorkerPool pool_;
  Config settings_;
  Welcome welcome_;
  std::unique_ptr<VectorEnv> env_;
  std::optional<StepSizes> sizes_;
  SharedMemory memory_;
  // The step that is sent. In shared memory the client could change what is read again, so masks
  // are kept here, and actions are copied here before they are looked at.
  std::optional<StepBuffer> buffer_;
  std::optional<ActionMemory> action_;
  StepView view_, shared_;
  Gather gather_;
  Canvas canvas_;
  std::int64_t steps_ = 0;
  bool started_ = false;  // RESET or LOAD came
};

}  // namespace tengen
