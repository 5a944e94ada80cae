#include "nets/kernels/gather.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "nets/kernels/bfloat16.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace tengen {
namespace {

// Copies one line of positions (`block` rows of every plane) into `line`: position-major, channels
// innermost. Block is a constant so that each copy is one load and one store.
template <class In, int Block>
void arrange(const InputFormat& f, const std::byte* const* frames, int y, In* line) {
  const int positions = f.columns / Block, depth = f.depth();
  for (int frame = 0; frame < f.stack; ++frame) {
    for (int c = 0; c < f.channels; ++c) {
      for (int dy = 0; dy < Block; ++dy) {
        const auto* from =
            reinterpret_cast<const In*>(frames[frame]) + (c * f.rows + y * Block + dy) * f.columns;
        In* to = line + ((frame * f.channels + c) * Block + dy) * Block;
        for (int x = 0; x < positions; ++x)
          std::memcpy(to + x * depth, from + x * Block, Block * sizeof(In));
      }
    }
  }
}

template <class In>
void arrange(const InputFormat& f, const std::byte* const* frames, int y, In* line) {
  switch (f.block) {
    case 1:
      return arrange<In, 1>(f, frames, y, line);
    case 2:
      return arrange<In, 2>(f, frames, y, line);
    case 3:
      return arrange<In, 3>(f, frames, y, line);
    case 4:
      return arrange<In, 4>(f, frames, y, line);
    default:
      TENGEN_CHECK(false, "blocks of {} pixels", f.block);
  }
}

template <class In, class Out>
void normalise(const In* from, std::size_t count, float offset, float scale, Out* to) {
  if constexpr (std::is_same_v<Out, std::uint8_t>) {
    std::copy_n(from, count, to);
  } else {
    for (std::size_t i = 0; i < count; ++i)
      to[i] = rounded<Out>((static_cast<float>(from[i]) - offset) * scale);
  }
}

// Lines go through a buffer that stays in the first-level cache.
template <class In, class Out>
void gather_lines(const InputFormat& f, std::span<const std::byte* const> frames, Out* out) {
  constexpr std::size_t kLine = 32768 / sizeof(In);
  alignas(64) std::array<In, kLine> line;
  const std::size_t stack = usize(f.stack);
  const auto width = usize(f.columns / f.block) * usize(f.depth());
  TENGEN_CHECK(width <= kLine, "a line of {} inputs", width);
  for (std::size_t i = 0; i < frames.size(); i += stack) {
    for (int y = 0; y < f.rows / f.block; ++y, out += width) {
      arrange<In>(f, frames.data() + i, y, line.data());
      normalise(line.data(), width, f.offset, f.scale, out);
    }
  }
}

// Frames of a vector follow one another, and nothing is rearranged.
template <class In, class Out>
void gather_vectors(const InputFormat& f, std::span<const std::byte* const> frames, Out* out) {
  const std::size_t count = usize(f.frame_elements());
  for (const std::byte* frame : frames) {
    normalise(reinterpret_cast<const In*>(frame), count, f.offset, f.scale, out);
    out += count;
  }
}

template <class In, class Out>
void gather_as(const InputFormat& f, std::span<const std::byte* const> frames, Out* out) {
  if (f.rows == 1 && f.columns == 1)
    gather_vectors<In>(f, frames, out);
  else
    gather_lines<In>(f, frames, out);
}

template <class Out>
void gather_to(const InputFormat& f, std::span<const std::byte* const> frames, void* out) {
  if (f.element == Element::kUint8)
    gather_as<std::uint8_t>(f, frames, static_cast<Out*>(out));
  else
    gather_as<float>(f, frames, static_cast<Out*>(out));
}

}  // namespace

Tensor make_input(const InputFormat& format, int count, torch::ScalarType type) {
  return torch::zeros(
             {count, format.depth(), format.rows / format.block, format.columns / format.block},
             type)
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

void gather(const InputFormat& format, std::span<const std::byte* const> frames,
            const Tensor& out) {
  const std::size_t stack = usize(format.stack);
  TENGEN_CHECK(
      frames.size() % stack == 0 && out.size(0) == static_cast<std::int64_t>(frames.size() / stack),
      "{} frames in stacks of {} for {} rows", frames.size(), stack, out.size(0));
  if (out.scalar_type() == torch::kUInt8) {
    TENGEN_CHECK(format.element == Element::kUint8, "real numbers gathered as bytes");
    gather_as<std::uint8_t>(format, frames, static_cast<std::uint8_t*>(out.data_ptr()));
  } else if (out.scalar_type() == torch::kBFloat16)
    gather_to<Bfloat16>(format, frames, out.data_ptr());
  else
    gather_to<float>(format, frames, out.data_ptr());
}

}  // namespace tengen
