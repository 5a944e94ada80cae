#include "replay/gather.hpp"

#include "core/check.hpp"

#include <cstring>

namespace tengen {

namespace {

// Frames that are neighbours in memory, as most are, take one copy together.
void copy(std::span<const std::byte* const> frames, std::size_t bytes, std::byte* out) {
  for (std::size_t i = 0; i < frames.size();) {
    std::size_t n = 1;
    while (i + n < frames.size() && frames[i + n] == frames[i] + n * bytes) ++n;
    std::memcpy(out + i * bytes, frames[i], n * bytes);
    i += n;
  }
}

}  // namespace

void gather(const ReplayBatch& batch, std::span<std::byte> observation,
            std::span<std::byte> next_observation) {
  const std::size_t bytes = batch.frame_bytes;
  const auto stack = static_cast<std::size_t>(batch.stack);
  TENGEN_CHECK(observation.size() == batch.observation.size() * bytes &&
               next_observation.size() == observation.size());
  // The two stacks of a transition share all but n of their frames, so they are copied in turn.
  for (std::size_t i = 0; i < batch.observation.size(); i += stack) {
    copy(std::span(batch.observation).subspan(i, stack), bytes, &observation[i * bytes]);
    copy(std::span(batch.next_observation).subspan(i, stack), bytes, &next_observation[i * bytes]);
  }
}

}  // namespace tengen
