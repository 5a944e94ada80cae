// The JSON of docs/protocol.md: what client and server say of themselves when they meet, and why
// they part.
#pragma once

#include "core/config.hpp"
#include "core/space.hpp"
#include "experiments/remote/layout.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tengen {

inline constexpr int kProtocolVersion = 1;
inline constexpr int kMostLanes = 65'536;

struct Hello {
  int protocol = kProtocolVersion;
  int lanes = 0;  ///< 0: as many as the server likes
  bool memory = false;
  std::string token;
  Config options;  ///< of the environment
};
/// Options that are floats without a number (infinity) cannot be sent: UsageError.
std::string to_json(const Hello& hello);
/// Throws Malformed for what is no HELLO. A protocol that is not ours is returned without its other
/// members, which may mean anything.
Hello parse_hello(std::string_view text);

struct Welcome {
  int lanes = 0;
  EnvSpec spec;
  bool can_draw = false, can_oracle = false;
  std::optional<MemoryPlan> memory;
};
std::string to_json(const Welcome& welcome);
/// Throws Malformed for what is no WELCOME of this protocol: missing members, wrong types, sizes
/// above the protocol's limits, memory whose sections do not fit.
Welcome parse_welcome(std::string_view text);

/// What an environment plays with, to compare two: observation, action and masks, and with
/// `whole` name and time limit, too.
std::string fingerprint(const EnvSpec& spec, bool whole);

enum class ErrorKind : std::uint8_t { kUsage, kEnvironment, kUnsupported, kRefused, kProtocol };
struct ErrorMessage {
  ErrorKind kind = ErrorKind::kEnvironment;
  std::string text;
};
std::string to_json(const ErrorMessage& error);
/// Text that is no JSON of that form is its own error message.
ErrorMessage parse_error_message(std::string_view text);

}  // namespace tengen
