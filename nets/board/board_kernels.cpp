#include "nets/board/board_kernels.hpp"

#include "core/usize.hpp"
#include "nets/kernels/bfloat16.hpp"

#include <cstring>

// The pragma below allows GCC's intrinsics whatever processor the rest is compiled for. What uses
// them runs only if best_board_products() says so.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11
#define TENGEN_BOARD_KERNELS 1
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace tengen::kernels {

std::size_t packed_size(int in, int out, int taps) {
  return usize(padded_channels(in)) * usize(padded_channels(out)) * usize(taps);
}

// For each 32 outputs, tap, and 32 inputs: two tiles of 16 outputs, each of 16 pairs of inputs.
void pack(int in, int out, int taps, const float* weight, Half* packed) {
  for (int n = 0; n < padded_channels(out); n += 32) {
    for (int tap = 0; tap < taps; ++tap) {
      for (int k = 0; k < padded_channels(in); k += 32) {
        for (int i = 0; i < 1024; ++i) {
          const int o = n + i / 512 * 16 + i % 32 / 2, c = k + i % 512 / 32 * 2 + i % 2;
          const float w = o < out && c < in
                              ? weight[(static_cast<std::ptrdiff_t>(o) * taps + tap) * in + c]
                              : 0;
          *packed++ = static_cast<Half>(rounded<Bfloat16>(w));
        }
      }
    }
  }
}

#ifdef TENGEN_BOARD_KERNELS

// GCC 12's own headers read what they leave undefined on purpose (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,amx-tile,amx-bf16")

namespace {

// Linux lends a process the tiles' registers only if asked (Documentation/x86/xstate.rst).
bool tiles_granted() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

BoardProducts find_products() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  __builtin_cpu_init();
  // Intel's manual, volume 2A, CPUID leaf 7: AVX512_BF16 in subleaf 1; AMX-BF16 and AMX-TILE.
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                      __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & 1U << 5U) != 0;
  if (!avx512) return BoardProducts::kNone;
  const bool amx =
      __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & 1U << 22U) != 0 && (d & 1U << 24U) != 0;
  return amx && tiles_granted() ? BoardProducts::kAmx : BoardProducts::kAvx512;
}

struct Product {
  const Half* a;                // the first point, 32 of them
  std::ptrdiff_t stride;        // elements from point to point
  const std::ptrdiff_t* shift;  // elements, one a tap
  int taps, groups;             // of 32 inputs
  const Half* b;                // packed
};

// c (32 × 32) = Σ over taps of 32 shifted points times weights.
void amx_product(const Product& p, float* c) {
  const auto bytes = p.stride * 2;
  const Half* b = p.b;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int tap = 0; tap < p.taps; ++tap) {
    const Half* a = p.a + p.shift[tap];
    for (int group = 0; group < p.groups; ++group, a += 32, b += 1024) {
      _tile_loadd(6, b, 64);
      _tile_loadd(4, a, bytes);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, b + 512, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, a + 16 * p.stride, bytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, c, 128);
  _tile_stored(1, c + 16, 128);
  _tile_stored(2, c + 512, 128);
  _tile_stored(3, c + 528, 128);
}

void avx512_product(const Product& p, float* c) {
  constexpr int kRows = 8;
  for (int row = 0; row < 32; row += kRows) {
    __m512 sum[kRows][2];
    for (int r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = _mm512_setzero_ps();
    const Half* b = p.b;
    for (int tap = 0; tap < p.taps; ++tap) {
      const Half* a = p.a + p.shift[tap] + row * p.stride;
      for (int group = 0; group < p.groups; ++group, a += 32, b += 1024) {
        for (int pair = 0; pair < 16; ++pair) {
          const auto left = reinterpret_cast<__m512bh>(_mm512_load_si512(b + pair * 32));
          const auto right = reinterpret_cast<__m512bh>(_mm512_load_si512(b + 512 + pair * 32));
          for (int r = 0; r < kRows; ++r) {
            std::int32_t both;
            std::memcpy(&both, a + r * p.stride + pair * 2, sizeof both);
            const auto x = reinterpret_cast<__m512bh>(_mm512_set1_epi32(both));
            sum[r][0] = _mm512_dpbf16_ps(sum[r][0], x, left);
            sum[r][1] = _mm512_dpbf16_ps(sum[r][1], x, right);
          }
        }
      }
    }
    for (int r = 0; r < kRows; ++r) {
      _mm512_store_ps(c + (row + r) * 32, sum[r][0]);
      _mm512_store_ps(c + (row + r) * 32 + 16, sum[r][1]);
    }
  }
}

__m512 widened16(const Half* x) {
  const __m256i half = _mm256_load_si256(reinterpret_cast<const __m256i*>(x));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}
void store16(const __m512& v, Half* y) {
  _mm256_store_si256(reinterpret_cast<__m256i*>(y),
                     reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v)));
}

// What follows a product of the points [first, first + 32) and the outputs from n on, in the
// registers: y = relu(c + bias + residual).
void finish(const BoardGeometry& board, int first, const float* c, const __m512 bias[2], int width,
            const Half* residual, Half* y) {
  const int pitch = board.pitch(), end = board.rows * pitch;
  int column = first % pitch;
  for (int i = 0; i < 32 && first + i < end; ++i) {
    if (column < board.columns) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i) * width;
      for (int v = 0; v < 2; ++v) {
        __m512 sum = _mm512_add_ps(_mm512_load_ps(c + i * 32 + v * 16), bias[v]);
        if (residual != nullptr) sum = _mm512_add_ps(sum, widened16(residual + at + v * 16));
        store16(_mm512_max_ps(sum, _mm512_setzero_ps()), y + at + v * 16);
      }
    }
    column = column + 1 == pitch ? 0 : column + 1;
  }
}

void convolve_board(BoardProducts products, const BoardGeometry& board, int index,
                    const BoardConvolution& t, const std::ptrdiff_t* shift, int n) {
  alignas(64) float c[1024];
  const Half* b = t.weight + static_cast<std::ptrdiff_t>(n) * t.in * t.taps;
  const auto start = [&](int width, int point) {
    return (static_cast<std::ptrdiff_t>(index) * board.points() + board.lead() + point) * width;
  };
  __m512 bias[2];
  for (int v = 0; v < 2; ++v) {
    bias[v] = _mm512_loadu_ps(t.bias + n + v * 16);
    if (t.board_bias != nullptr)
      bias[v] = _mm512_add_ps(
          bias[v],
          _mm512_loadu_ps(t.board_bias + static_cast<std::ptrdiff_t>(index) * t.out + n + v * 16));
  }
  for (int point = 0; point < board.body(); point += 32) {
    const Product product{t.x + start(t.in, point), t.in, shift, t.taps, t.in / 32, b};
    if (products == BoardProducts::kAmx)
      amx_product(product, c);
    else
      avx512_product(product, c);
    const std::ptrdiff_t at = start(t.out, point) + n;
    finish(board, point, c, bias, t.out, t.residual == nullptr ? nullptr : t.residual + at,
           t.y + at);
  }
}

// All eight tiles have 16 rows of 64 bytes.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileConfiguration kTiles;

}  // namespace

BoardProducts best_board_products() {
  static const BoardProducts kBest = find_products();
  return kBest;
}

void begin(BoardProducts products) {
  if (products == BoardProducts::kAmx) _tile_loadconfig(&kTiles);
}

void end(BoardProducts products) {
  if (products == BoardProducts::kAmx) _tile_release();
}

// Outputs are the outer loop, so that their weights stay in the cache from board to board.
void convolve(BoardProducts products, const BoardGeometry& board, int boards,
              const BoardConvolution& t) {
  std::ptrdiff_t shift[9] = {};
  for (int tap = 0; tap < 9 && t.taps == 9; ++tap)
    shift[tap] = static_cast<std::ptrdiff_t>((tap / 3 - 1) * board.pitch() + tap % 3 - 1) * t.in;
  for (int n = 0; n < t.out; n += 32)
    for (int i = 0; i < boards; ++i) convolve_board(products, board, i, t, shift, n);
}

void read_planes(const BoardGeometry& board, int planes, int channels, const std::uint8_t* bytes,
                 Half* x) {
  const __m512i one = _mm512_set1_epi16(0x3F80);
  for (int row = 0; row < board.rows; ++row) {
    Half* to = x + static_cast<std::ptrdiff_t>(board.lead() + row * board.pitch()) * channels;
    for (int column = 0; column < board.columns; ++column, to += channels, bytes += planes) {
      for (int c = 0; c < planes; c += 32) {
        const int left = planes - c;
        const __mmask32 mask = left >= 32 ? ~0U : (1U << static_cast<unsigned>(left)) - 1;
        const __m256i byte = _mm256_maskz_loadu_epi8(mask, bytes + c);
        const __mmask32 set = _mm256_test_epi8_mask(byte, byte);
        _mm512_store_si512(to + c, _mm512_maskz_mov_epi16(set, one));
      }
    }
  }
}

void pool(const BoardGeometry& board, int channels, const Half* x, float* sum, float* most) {
  for (int c = 0; c < channels; c += 32) {
    __m512 total[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()}, top[2] = {total[0], total[1]};
    // What stands between the points is zero, and no point is below zero.
    const Half* from = x + static_cast<std::ptrdiff_t>(board.lead()) * channels + c;
    for (int i = 0; i < board.rows * board.pitch(); ++i, from += channels) {
      for (int v = 0; v < 2; ++v) {
        const __m512 value = widened16(from + v * 16);
        total[v] = _mm512_add_ps(total[v], value);
        top[v] = _mm512_max_ps(top[v], value);
      }
    }
    for (int v = 0; v < 2; ++v) {
      _mm512_storeu_ps(sum + c + v * 16, total[v]);
      _mm512_storeu_ps(most + c + v * 16, top[v]);
    }
  }
}

void dot_points(const BoardGeometry& board, int channels, const Half* x, const float* weight,
                float bias, float* y) {
  for (int row = 0; row < board.rows; ++row) {
    const Half* from =
        x + static_cast<std::ptrdiff_t>(board.lead() + row * board.pitch()) * channels;
    for (int column = 0; column < board.columns; ++column, from += channels) {
      __m512 sum = _mm512_setzero_ps();
      for (int c = 0; c < channels; c += 16)
        sum = _mm512_fmadd_ps(widened16(from + c), _mm512_loadu_ps(weight + c), sum);
      *y++ = bias + _mm512_reduce_add_ps(sum);
    }
  }
}

float dot_board(const BoardGeometry& board, int channels, const Half* x, const float* weight) {
  __m512 sum = _mm512_setzero_ps();
  for (int row = 0; row < board.rows; ++row) {
    const Half* from =
        x + static_cast<std::ptrdiff_t>(board.lead() + row * board.pitch()) * channels;
    for (int i = 0; i < board.columns * channels; i += 16, weight += 16)
      sum = _mm512_fmadd_ps(widened16(from + i), _mm512_loadu_ps(weight), sum);
  }
  return _mm512_reduce_add_ps(sum);
}

void dense(int in, int out, const float* x, const float* weight, const float* bias, float* y) {
  for (int n = 0; n < out; n += 64) {
    const int vectors = out - n >= 64 ? 4 : (out - n) / 16;
    __m512 sum[4];
    for (int v = 0; v < vectors; ++v) sum[v] = _mm512_loadu_ps(bias + n + v * 16);
    for (int k = 0; k < in; ++k) {
      const __m512 value = _mm512_set1_ps(x[k]);
      const float* row = weight + static_cast<std::ptrdiff_t>(k) * out + n;
      for (int v = 0; v < vectors; ++v)
        sum[v] = _mm512_fmadd_ps(value, _mm512_loadu_ps(row + v * 16), sum[v]);
    }
    for (int v = 0; v < vectors; ++v) _mm512_storeu_ps(y + n + v * 16, sum[v]);
  }
}

#pragma GCC pop_options

#else

BoardProducts best_board_products() { return BoardProducts::kNone; }
void begin(BoardProducts) {}
void end(BoardProducts) {}
void convolve(BoardProducts, const BoardGeometry&, int, const BoardConvolution&) {}
void read_planes(const BoardGeometry&, int, int, const std::uint8_t*, Half*) {}
void pool(const BoardGeometry&, int, const Half*, float*, float*) {}
void dot_points(const BoardGeometry&, int, const Half*, const float*, float, float*) {}
float dot_board(const BoardGeometry&, int, const Half*, const float*) { return 0; }
void dense(int, int, const float*, const float*, const float*, float*) {}

#endif

}  // namespace tengen::kernels
