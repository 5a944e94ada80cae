#include "replay/gather.hpp"

#include "core/check.hpp"

#include <cstring>

namespace tengen {

void gather(const ReplayBatch& batch, std::span<std::byte> observation,
            std::span<std::byte> next_observation) {
  const std::size_t bytes = batch.frame_bytes;
  TENGEN_CHECK(observation.size() == batch.observation.size() * bytes &&
               next_observation.size() == observation.size());
  const auto stack = static_cast<std::size_t>(batch.stack);
  // Both stacks of one transition in turn: all but n of their frames are the same.
  for (std::size_t first = 0; first < batch.observation.size(); first += stack) {
    for (std::size_t i = first; i < first + stack; ++i)
      std::memcpy(&observation[i * bytes], batch.observation[i], bytes);
    for (std::size_t i = first; i < first + stack; ++i)
      std::memcpy(&next_observation[i * bytes], batch.next_observation[i], bytes);
  }
}

}  // namespace tengen
