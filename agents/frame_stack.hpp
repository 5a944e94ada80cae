// The last frames of every lane, for whoever acts without a replay buffer.
#pragma once

#include "core/view.hpp"

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

 private:
  std::size_t stack_, bytes_;
  std::vector<std::byte> frames_;
  std::vector<std::size_t> oldest_;  // where in its ring each lane's next frame goes
  std::vector<const std::byte*> pointers_;
};

}  // namespace tengen
