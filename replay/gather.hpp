// Plain contiguous copies of a batch's stacks, for callers that want arrays rather than pointers.
#pragma once

#include "replay/replay_buffer.hpp"

#include <cstddef>
#include <span>

namespace tengen {

/// Copies the stacks of `batch`: batch.size × batch.stack × batch.frame_bytes bytes to each span.
void gather(const ReplayBatch& batch, std::span<std::byte> observation,
            std::span<std::byte> next_observation);

}  // namespace tengen
