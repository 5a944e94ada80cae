#include "nets/input_buffer.hpp"

#include "core/usize.hpp"

#include <algorithm>

namespace tengen {

Tensor values_of(const InputFormat& format, const Tensor& bytes, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  return bytes.to(torch::kFloat32).sub_(format.offset).mul_(format.scale).to(type);
}

const Tensor& InputBuffer::gather(const InputFormat& format,
                                  std::span<const std::byte* const> frames, WorkerPool* pool) {
  const std::size_t stack = usize(format.stack);
  const auto count = static_cast<std::int64_t>(frames.size() / stack);
  const bool host = backend_.device.is_cpu();
  if (!memory_.defined() || memory_.size(0) < count) {
    const bool bytes = !host && format.element == Element::kUint8;
    memory_ = make_input(format, static_cast<int>(count),
                         bytes ? torch::kUInt8 : scalar_type(backend_.precision));
    if (!host) memory_ = memory_.pin_memory();
  }
  rows_ = memory_.narrow(0, 0, count);
  if (pool == nullptr) {
    tengen::gather(format, frames, rows_);
    return rows_;
  }
  constexpr std::int64_t kRows = 32;
  pool->run(static_cast<int>((count + kRows - 1) / kRows), [&](int piece) {
    const ComputeScope scope;
    const std::int64_t begin = piece * kRows, size = std::min(kRows, count - begin);
    tengen::gather(format, frames.subspan(usize(begin) * stack, usize(size) * stack),
                   rows_.narrow(0, begin, size));
  });
  return rows_;
}

Tensor InputBuffer::on_device(const InputFormat& format) const {
  if (backend_.device.is_cpu()) return rows_;
  const Tensor there = rows_.to(backend_.device);
  return there.scalar_type() == torch::kUInt8
             ? values_of(format, there, scalar_type(backend_.precision))
             : there;
}

}  // namespace tengen
