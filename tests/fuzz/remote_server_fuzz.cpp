// Any bytes as what a client says: the session ends with a reason, and nothing else happens.
#include "envs/registry.hpp"
#include "experiments/remote/session.hpp"
#include "tests/fuzz/remote_fuzz.hpp"

using namespace tengen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 100'000) return 0;  // what fits into a socket at once
  static const EnvRegistry registry = builtin_envs();
  static constexpr const char* kGames[] = {"Catch-v0", "Pendulum-v1", "TicTacToe-v0",
                                           "HiddenFactors-v0"};
  SessionOptions options;
  options.env = kGames[data[0] % 4];
  options.max_lanes = 64;
  options.greeting = options.transfer = std::chrono::milliseconds(10);
  Recorded recorded({data + 1, size - 1}, -1);
  ClientSession session(recorded.channel(), options, registry, (data[0] & 4) != 0);
  TENGEN_CHECK(!session.run([](const ClientSession&) {}).empty());
  return 0;
}
