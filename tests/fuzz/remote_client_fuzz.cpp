// Any bytes as what a server says: the client plays with it, or throws an Error.
#include "envs/vector_env.hpp"
#include "experiments/remote/layout.hpp"
#include "experiments/remote/peer.hpp"
#include "tests/fuzz/remote_fuzz.hpp"

using namespace tengen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 100'000) return 0;  // what fits into a socket at once
  static const SharedMemory memory(1024);
  const bool with_memory = (data[0] & 1) != 0;
  Recorded recorded({data + 1, size - 1}, with_memory ? memory.descriptor() : -1);
  ClientOptions options;
  options.timeout = 0.01;
  const int lanes = 1 + (data[0] >> 1) % 4;
  try {
    Peer peer(std::move(recorded.channel()), parse_address("unix:fuzz"), lanes, options);
    const EnvSpec& spec = peer.welcome().spec;
    if (spec.observation.bytes() > 100'000 || fingerprint(spec, true).size() > 100'000) return 0;
    if (const auto* discrete = std::get_if<Discrete>(&spec.action))
      if (discrete->n > 10'000) return 0;
    StepBuffer buffer(spec, lanes);
    ActionMemory action(spec.action, lanes);
    if (const auto* box = std::get_if<Box>(&spec.action))
      std::ranges::copy(box->low, action.view().box.begin());
    peer.send_reset(1);
    peer.receive_observations(buffer.view());
    for (int step = 0; step < 4; ++step) {
      peer.send_step(action.view());
      peer.receive_step(buffer.view());
      check_flags(buffer.view().terminated, buffer.view().truncated, buffer.view().game_ended);
    }
    Canvas canvas;
    if (peer.welcome().can_draw) peer.draw(0, canvas);
    if (peer.welcome().can_oracle) peer.oracle(action.view());
    if (spec.can_save) peer.load(peer.save());
  } catch (const Error&) {
  }
  return 0;
}
