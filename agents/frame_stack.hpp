// The last frames of every lane, for whoever acts without a replay buffer.
#pragma once

#include "core/view.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace tengen {

/// Keeps `stack` frames a lane. As in the replay buffer, frames before an episode's start are
/// zeros.
class FrameStack {
 public:
  FrameStack(int lanes, int stack, std::size_t frame_bytes)
      : stack_(static_cast<std::size_t>(stack)),
        bytes_(frame_bytes),
        frames_(static_cast<std::size_t>(lanes) * stack_ * bytes_),
        oldest_(static_cast<std::size_t>(lanes)),
        pointers_(oldest_.size() * stack_) {}

  /// Takes in lane `lane`'s newest frame; `first` if an episode starts with it.
  void push(int lane, std::span<const std::byte> frame, bool first) {
    const auto i = static_cast<std::size_t>(lane);
    std::byte* ring = frames_.data() + i * stack_ * bytes_;
    if (first) std::memset(ring, 0, stack_ * bytes_);
    std::memcpy(ring + oldest_[i] * bytes_, frame.data(), bytes_);
    oldest_[i] = (oldest_[i] + 1) % stack_;
    for (std::size_t k = 0; k < stack_; ++k)
      pointers_[i * stack_ + k] = ring + (oldest_[i] + k) % stack_ * bytes_;
  }
  /// lanes × stack pointers, oldest first.
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
    for (int i = 1; i < shape.rank; ++i)
      shape.extent[static_cast<std::size_t>(i)] = space.shape[i - 1];
    return {memory.data(), static_cast<int>(oldest_.size()), bytes_ * stack_, shape, space.element};
  }

 private:
  std::size_t stack_, bytes_;
  std::vector<std::byte> frames_;
  std::vector<std::size_t> oldest_;  // where in its ring each lane's next frame goes
  std::vector<const std::byte*> pointers_;
};

}  // namespace tengen
