// What a server offers to its clients. Asio stays behind this header.
#pragma once

#include "envs/registry.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace tengen {

/// What a server offers to each of its clients.
struct SessionOptions {
  std::string env;                    ///< the id of the environment
  std::vector<std::string> settings;  ///< its options, KEY=VALUE; a client's own replace them
  int lanes = 1;                      ///< for clients that do not ask for a number
  int max_lanes = 4096;               ///< most lanes of one client
  int threads = 1;                    ///< that step one client's lanes
  std::string token;                  ///< what clients must know; empty: nothing
  std::chrono::milliseconds greeting{10'000};  ///< until HELLO must be there
  std::chrono::milliseconds transfer{60'000};  ///< for a message that has begun
};

/// Returns the environment's description. Throws UsageError for an unknown environment, an unknown
/// option, or a value out of range.
EnvSpec check_offer(const SessionOptions& options, const EnvRegistry& registry);

}  // namespace tengen
