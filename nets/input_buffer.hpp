// Observations on their way from replay memory to the device where a network computes.
#pragma once

#include "core/worker_pool.hpp"
#include "nets/backend.hpp"
#include "nets/kernels/gather.hpp"

#include <cstddef>
#include <span>

namespace tengen {

/// The value of what gather() put into bytes: (element − offset) · scale in `type`, the same bits
/// as gather() gives, computed where `bytes` lies.
Tensor values_of(const InputFormat& format, const Tensor& bytes, torch::ScalarType type);

/// Inputs on their way to where a network computes, in memory that stays. On the CPU that is one
/// tensor; to another device bytes cross as bytes, from page-locked memory, and become numbers
/// there.
class InputBuffer {
 public:
  InputBuffer() = default;
  explicit InputBuffer(const Backend& backend) : backend_(backend) {}

  /// Gathers `frames` (count × stack pointers) and returns the rows as they lie on the host: for
  /// real-valued observations numbers that may still be changed there. `pool`'s threads (null: the
  /// caller's) share the work; the result does not depend on them.
  const Tensor& gather(const InputFormat& format, std::span<const std::byte* const> frames,
                       WorkerPool* pool);
  /// Those rows as the network takes them.
  [[nodiscard]] Tensor on_device(const InputFormat& format) const;

 private:
  Backend backend_;
  Tensor memory_;  // as many rows as were ever needed
  Tensor rows_;    // those in use
};

}  // namespace tengen
