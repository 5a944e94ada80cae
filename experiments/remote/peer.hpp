// One server as its client sees it: requests out, answers in, everything checked.
#pragma once

#include "core/canvas.hpp"
#include "experiments/remote/address.hpp"
#include "experiments/remote/channel.hpp"
#include "experiments/remote/wire.hpp"

#include <optional>
#include <string>

namespace tengen {

/// What a client wants of its servers.
struct ClientOptions {
  double timeout = 60;   ///< seconds for an answer
  double patience = 30;  ///< seconds to connect again after a connection broke
  bool memory = true;    ///< observations through shared memory where that is possible
  std::string token;
  Config env;  ///< options for the environment
};

/// The lanes that one server plays. Every function throws PeerFault where the connection is of no
/// more use (it broke, or the answer was late or malformed), and Error, final, where the server
/// answered with an error. Sent requests are answered in their order; rows are those of this server
/// only.
class Peer {
 public:
  /// Connects and asks for `lanes` lanes. Throws UsageError where the server refuses the options.
  Peer(const Address& address, int lanes, const ClientOptions& options);
  /// The same over a connection that there is already.
  Peer(Channel channel, const Address& address, int lanes, const ClientOptions& options);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] const Welcome& welcome() const { return welcome_; }

  void send_reset(std::uint64_t seed);
  void send_observe();
  void send_step(const ActionView& action);
  /// Writes `observation` and `legal`.
  void receive_observations(const StepView& rows);
  /// Writes everything of a step.
  void receive_step(const StepView& rows);

  void draw(int lane, Canvas& canvas);
  void oracle(ActionBuffer out);
  std::vector<std::byte> save();
  void load(std::span<const std::byte> state);

 private:
  using Clock = Channel::Clock;

  void greet(const Address& address, int lanes, const ClientOptions& options);
  void take_memory(Descriptor descriptor);
  [[nodiscard]] Clock::time_point deadline() const { return Clock::now() + timeout_; }
  void send(Message type, std::span<const std::byte> body = {});
  // Waits for an answer of this type and returns its length, which is from `low` to `high`.
  std::uint32_t await(Message type, std::uint64_t low, std::uint64_t high);
  void check_header(const Header& header, Message type, std::uint64_t low, std::uint64_t high);
  [[noreturn]] void fail(const Header& header);
  [[nodiscard]] StepView completed(const StepView& rows);
  void receive_from_socket(const StepView& rows);
  void receive_from_memory(const StepView& rows);

  std::string name_;
  Clock::duration timeout_;
  Channel channel_;
  Welcome welcome_;
  std::optional<StepSizes> sizes_;
  SharedMemory memory_;
  Clock::time_point answer_by_{};
  Gather gather_;
  // Where parts of a step go that the caller gives no memory for.
  std::vector<float> scored_;
  std::vector<std::uint8_t> game_ended_, final_legal_;
};

}  // namespace tengen
