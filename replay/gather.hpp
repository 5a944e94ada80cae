// Plain contiguous copies of a batch's stacks, for whoever wants arrays rather than pointers.
#pragma once

#include "replay/replay_buffer.hpp"

#include <cstddef>
#include <span>

namespace tengen {

/// Writes batch.size × batch.stack × batch.frame_bytes bytes to each of the two.
void gather(const ReplayBatch& batch, std::span<std::byte> observation,
            std::span<std::byte> next_observation);

}  // namespace tengen
