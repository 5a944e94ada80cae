// Observations on the way from replay memory to the device where a network computes.
#pragma once

#include "core/worker_pool.hpp"
#include "nets/backend.hpp"
#include "nets/kernels/gather.hpp"

#include <cstddef>
#include <span>

namespace tengen {

/// (element − offset) · scale of what gather() put into bytes, in `type`: the same bits as gather()
/// gives in that type, computed on the device of `bytes`.
Tensor values_of(const InputFormat& format, const Tensor& bytes, torch::ScalarType type);

/// The input of a network, in memory that stays from batch to batch. On the CPU it is one tensor.
/// Bytes for another device cross as bytes, from page-locked memory, and become numbers there.
class InputBuffer {
 public:
  InputBuffer() = default;
  explicit InputBuffer(const Backend& backend) : backend_(backend) {}

  /// Gathers `frames` (count × stack pointers) and returns the rows on the host, valid until the
  /// next call; real-valued observations may still be changed there. The threads of `pool` share
  /// the work (null: the caller's thread does it); the result does not depend on them.
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
