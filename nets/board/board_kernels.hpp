// Convolutions over small boards in bfloat16, as residual towers need them. AMX tiles or AVX-512
// BF16 compute the products; everything after a product is done in one pass while it is in the
// cache. Nothing here knows torch.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tengen::kernels {

enum class BoardProducts { kNone, kAvx512, kAmx };
/// The fastest that this processor and system allow. With kNone nothing below may be called.
BoardProducts best_board_products();

/// Channels come in groups of 32; those that a layer does not have are zero.
constexpr int kChannelGroup = 32;
constexpr int padded_channels(int n) {
  return (n + kChannelGroup - 1) / kChannelGroup * kChannelGroup;
}

/// A board in memory: points row by row, a zero point after every row, zero rows before and after,
/// so that a convolution is a sum of products of shifted boards. Zeros are never written.
struct BoardGeometry {
  int rows = 0, columns = 0;

  [[nodiscard]] int pitch() const { return columns + 1; }
  [[nodiscard]] int lead() const { return pitch() + 1; }  ///< points before the first
  /// Points that products compute, those after rows included: whole blocks of 32.
  [[nodiscard]] int body() const { return (rows * pitch() + 31) / 32 * 32; }
  [[nodiscard]] int points() const { return body() + 2 * lead(); }  ///< in memory
};

/// bfloat16, by their bits.
using Half = std::uint16_t;

/// Weights of a convolution, [out][tap][in] with taps row by row, in the order products read them.
/// `packed` has packed_size() elements.
std::size_t packed_size(int in, int out, int taps);
void pack(int in, int out, int taps, const float* weight, Half* packed);

/// out = f(convolution(in) + bias + board_bias + residual), channels padded, boards one behind the
/// other. Pointers are to whole boards in memory (lead included), aligned to 64 bytes.
struct BoardConvolution {
  int in = 0, out = 0;  ///< channels, padded
  int taps = 9;         ///< 9: 3 × 3; 1: 1 × 1
  const Half* weight = nullptr;
  const float* bias = nullptr;        ///< out
  const float* board_bias = nullptr;  ///< boards × out, or null
  const Half* residual = nullptr;     ///< like `y`, and may be it; or null
  const Half* x = nullptr;
  Half* y = nullptr;  ///< not x
};
/// Computes it with f = relu. This thread has called begin().
void convolve(BoardProducts products, const BoardGeometry& board, int boards,
              const BoardConvolution& convolution);

/// A thread calls them before and after its calls of convolve().
void begin(BoardProducts products);
void end(BoardProducts products);

/// Writes bytes of 0 or 1, rows × columns × planes, as a board of `channels` (padded).
void read_planes(const BoardGeometry& board, int planes, int channels, const std::uint8_t* bytes,
                 Half* x);
/// Writes the sum and the maximum over the points of one board: `channels` (padded) numbers each.
/// No element may be below 0.
void pool(const BoardGeometry& board, int channels, const Half* x, float* sum, float* most);
/// y[point] = bias + Σ x[point, channel] · weight[channel]; y is rows × columns.
void dot_points(const BoardGeometry& board, int channels, const Half* x, const float* weight,
                float bias, float* y);
/// Σ over points and channels of x · weight; weight is rows × columns × channels (padded).
float dot_board(const BoardGeometry& board, int channels, const Half* x, const float* weight);
/// y = x W + bias, W in × out, out a multiple of 16.
void dense(int in, int out, const float* x, const float* weight, const float* bias, float* y);

}  // namespace tengen::kernels
