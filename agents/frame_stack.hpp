// The last frames of every lane, for players, who have no replay memory.
#pragma once

#include "agents/rows.hpp"
#include "core/config.hpp"
#include "core/view.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace tengen {

/// How many frames an observation is stacked from: agent.frame_stack, from 1 to 64.
inline int read_frame_stack(const Config& agent) { return agent.get<int>("frame_stack", 1, 1, 64); }

/// Keeps `stack` frames per lane. As in the replay buffer, frames before an episode's start are
/// zeros.
class FrameStack {
 public:
  FrameStack(int lanes, int stack, std::size_t frame_bytes)
      : stack_(usize(stack)),
        bytes_(frame_bytes),
        frames_(usize(lanes) * stack_ * bytes_),
        oldest_(usize(lanes)),
        pointers_(oldest_.size() * stack_) {}

  /// Takes in the newest frame of lane `lane`, of frame_bytes bytes; `first`: an episode starts
  /// with it.
  void push(int lane, std::span<const std::byte> frame, bool first) {
    const std::span<std::byte> ring = row_of(frames_, lane, stack_ * bytes_);
    std::size_t& oldest = oldest_[usize(lane)];
    if (first) std::ranges::fill(ring, std::byte{0});
    std::ranges::copy(frame.first(bytes_), row_of(ring, oldest, bytes_).begin());
    oldest = (oldest + 1) % stack_;
    const std::span<const std::byte*> pointers = row_of(pointers_, lane, stack_);
    for (std::size_t k = 0; k < stack_; ++k)
      pointers[k] = row_of(ring, (oldest + k) % stack_, bytes_).data();
  }
  /// lanes × stack pointers, oldest first. Valid until the next push().
  [[nodiscard]] std::span<const std::byte* const> pointers() const { return pointers_; }
  /// The stacks side by side for viewers, lanes × stack × frame shape, copied into `memory`.
  [[nodiscard]] ObservationView picture(const ObservationSpace& space,
                                        std::vector<std::byte>& memory) const {
    memory.resize(pointers_.size() * bytes_);
    for (std::size_t i = 0; i < pointers_.size(); ++i)
      std::memcpy(memory.data() + i * bytes_, pointers_[i], bytes_);
    Shape shape;
    shape.rank = std::min(space.shape.rank + 1, 4);
    shape.extent[0] = static_cast<int>(stack_);
    for (int i = 1; i < shape.rank; ++i) shape.extent[usize(i)] = space.shape[i - 1];
    return {memory.data(), static_cast<int>(oldest_.size()), bytes_ * stack_, shape, space.element};
  }

 private:
  std::size_t stack_, bytes_;
  std::vector<std::byte> frames_;    // lanes × stack: a ring for each lane
  std::vector<std::size_t> oldest_;  // where in its ring each lane's next frame goes
  std::vector<const std::byte*> pointers_;
};

}  // namespace tengen
