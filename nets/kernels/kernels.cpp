#include "nets/kernels/kernels.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

// This file is compiled with -ffp-contract=fast (CMakeLists.txt): a product and its sum are one
// rounding, wherever the processor can.
namespace tengen::kernels {
namespace {

// These are the widest vector of the processor, and the largest block of the result that its
// registers hold.
#if defined(__AVX512F__)
constexpr std::size_t kLanes = 16, kRows = 6, kVectors = 4;
#elif defined(__AVX__)
constexpr std::size_t kLanes = 8, kRows = 6, kVectors = 2;
#else
constexpr std::size_t kLanes = 4, kRows = 6, kVectors = 2;
#endif
constexpr std::size_t kNarrow = kLanes / 4;  // columns that are not worth a vector
using Vector [[gnu::vector_size(kLanes * sizeof(float))]] = float;
using Integers [[gnu::vector_size(kLanes * sizeof(float))]] = std::int32_t;

Vector load(const float* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
void store(const Vector& v, float* to, std::size_t count) {
  if (count >= kLanes)
    std::memcpy(to, &v, sizeof v);
  else
    std::memcpy(to, &v, count * sizeof(float));
}
Vector all(float value) { return value - Vector{}; }

// Picks lanes of `a` (0 … kLanes − 1) and `b` (from kLanes on), by numbers that the compiler knows.
template <class Index, std::size_t... Lane>
Vector pick(const Vector& a, const Vector& b, Index index, std::index_sequence<Lane...>) {
  return __builtin_shuffle(a, b, Integers{static_cast<std::int32_t>(index(Lane))...});
}
constexpr auto kEveryLane = std::make_index_sequence<kLanes>{};

// Adds all lanes: first halves, then quarters, eighths …
template <std::size_t Half = kLanes / 2>
float total(Vector v) {
  v += pick(
      v, v, [](std::size_t lane) { return lane ^ Half; }, kEveryLane);
  if constexpr (Half == 1)
    return v[0];
  else
    return total<Half / 2>(v);
}

constexpr std::size_t padded(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

// ---- Products --------------------------------------------------------------------------------

// Element (i, k) of the left factor is data[i · row + k · column].
struct Left {
  const float* data;
  std::size_t row, column;
};
// Element (k, j) of the right factor is data[k · stride + j]; rows are padded to whole vectors.
struct Right {
  const float* data;
  std::size_t stride;
};

// Computes Rows × (Vectors · kLanes) of the product, of which `width` columns are stored.
template <std::size_t Rows, std::size_t Vectors>
void block(std::size_t depth, Left a, Right b, const float* bias, float* c, std::size_t stride,
           std::size_t width) {
  Vector sum[Rows][Vectors];
  for (std::size_t v = 0; v < Vectors; ++v) {
    const Vector first = bias == nullptr ? Vector{} : load(bias + v * kLanes);
    for (std::size_t r = 0; r < Rows; ++r) sum[r][v] = first;
  }
  for (std::size_t k = 0; k < depth; ++k) {
    Vector right[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v) right[v] = load(b.data + k * b.stride + v * kLanes);
    for (std::size_t r = 0; r < Rows; ++r) {
      const float left = a.data[r * a.row + k * a.column];
      for (std::size_t v = 0; v < Vectors; ++v) sum[r][v] += left * right[v];
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t v = 0; v < Vectors; ++v)
      store(sum[r][v], c + r * stride + v * kLanes, width - std::min(width, v * kLanes));
  }
}

// Computes one column of blocks, over all rows.
template <std::size_t Vectors>
void column(std::size_t rows, std::size_t depth, Left a, Right b, const float* bias, float* c,
            std::size_t stride, std::size_t width) {
  const auto at = [&](std::size_t i) { return Left{a.data + i * a.row, a.row, a.column}; };
  std::size_t i = 0;
  for (; i + kRows <= rows; i += kRows)
    block<kRows, Vectors>(depth, at(i), b, bias, c + i * stride, stride, width);
  for (; i + 2 <= rows; i += 2)
    block<2, Vectors>(depth, at(i), b, bias, c + i * stride, stride, width);
  if (i < rows) block<1, Vectors>(depth, at(i), b, bias, c + i * stride, stride, width);
}

// c (rows × columns) = a (rows × depth) · b (depth × columns) + bias; the bias, where there is one,
// is padded too.
void multiply(std::size_t rows, std::size_t columns, std::size_t depth, Left a, Right b,
              const float* bias, float* c) {
  for (std::size_t j = 0; j < columns;) {
    const std::size_t left = columns - j;
    const std::size_t vectors = std::min(kVectors, padded(left) / kLanes);
    const std::size_t width = std::min(left, vectors * kLanes);
    const Right right{b.data + j, b.stride};
    const float* add = bias == nullptr ? nullptr : bias + j;
    const auto run = [&](auto count) {
      column<count()>(rows, depth, a, right, add, c + j, columns, width);
    };
    if (vectors == 1)
      run(std::integral_constant<std::size_t, 1>{});
    else if (vectors == 2)
      run(std::integral_constant<std::size_t, 2>{});
    else if (vectors == 3)
      run(std::integral_constant<std::size_t, std::min<std::size_t>(3, kVectors)>{});
    else
      run(std::integral_constant<std::size_t, kVectors>{});
    j += width;
  }
}

// Element (i, j) is row i of a (rows × depth) times row j of b (columns × depth), plus bias[j]: for
// a few columns, which would leave most of a vector empty above.
void multiply_narrow(std::size_t rows, std::size_t columns, std::size_t depth, const float* a,
                     const float* b, const float* bias, float* c) {
  const std::size_t whole = depth / kLanes * kLanes;
  for (std::size_t i = 0; i < rows; ++i) {
    const float* left = a + i * depth;
    for (std::size_t j = 0; j < columns; ++j) {
      const float* right = b + j * depth;
      Vector sum{};
      for (std::size_t k = 0; k < whole; k += kLanes) sum += load(left + k) * load(right + k);
      float rest = bias[j];
      for (std::size_t k = whole; k < depth; ++k) rest += left[k] * right[k];
      c[i * columns + j] = total(sum) + rest;
    }
  }
}

// sum[j] = Σ_i a[i · columns + j].
void add_rows(std::size_t rows, std::size_t columns, const float* a, float* sum) {
  std::size_t j = 0;
  for (; j + kLanes <= columns; j += kLanes) {
    Vector part{};
    for (std::size_t i = 0; i < rows; ++i) part += load(a + i * columns + j);
    store(part, sum + j, kLanes);
  }
  for (; j < columns; ++j) {
    float part = 0;
    for (std::size_t i = 0; i < rows; ++i) part += a[i * columns + j];
    sum[j] = part;
  }
}

// ---- Layouts ---------------------------------------------------------------------------------

// Each thread has memory for rearranged factors, which it keeps from call to call.
float* scratch(std::size_t count) {
  constexpr std::size_t kLine = 64;  // bytes of the cache that vectors should not straddle
  thread_local std::vector<float> memory;
  if (memory.size() < count + kLine) memory.resize(count + kLine);
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  return memory.data() + (kLine - address % kLine) % kLine / sizeof(float);
}

// Transposes a square of kLanes rows: swaps the halves off the diagonal, then quarters, eighths …
template <std::size_t Half = kLanes / 2>
[[gnu::always_inline]] inline void transpose(Vector (&rows)[kLanes]) {
  const auto low = [](std::size_t k) { return (k & Half) != 0 ? kLanes + (k ^ Half) : k; };
  const auto high = [](std::size_t k) { return (k & Half) != 0 ? kLanes + k : k ^ Half; };
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kLanes; ++i) {
    if ((i & Half) != 0) continue;
    const Vector a = rows[i], b = rows[i | Half];
    rows[i] = pick(a, b, low, kEveryLane);
    rows[i | Half] = pick(a, b, high, kEveryLane);
  }
  if constexpr (Half > 1) transpose<Half / 2>(rows);
}

// Transposes `from` (rows × columns) into `to` (columns × padded(rows)); the rest of `to` is zero.
void transpose(const float* from, std::size_t rows, std::size_t columns, float* to) {
  const std::size_t stride = padded(rows);
  for (std::size_t i = 0; i < rows; i += kLanes) {
    const std::size_t height = std::min(kLanes, rows - i);
    for (std::size_t j = 0; j < columns; j += kLanes) {
      const std::size_t width = std::min(kLanes, columns - j);
      Vector square[kLanes] = {};
      for (std::size_t r = 0; r < height; ++r) {
        if (width == kLanes)
          square[r] = load(from + (i + r) * columns + j);
        else
          std::memcpy(&square[r], from + (i + r) * columns + j, width * sizeof(float));
      }
      transpose(square);
      for (std::size_t c = 0; c < width; ++c) store(square[c], to + (j + c) * stride + i, kLanes);
    }
  }
}

// `from` (rows × columns) itself if its rows are whole vectors, else a padded copy in `to`.
Right pad(const float* from, std::size_t rows, std::size_t columns, float* to) {
  const std::size_t stride = padded(columns);
  if (stride == columns) return {from, stride};
  for (std::size_t i = 0; i < rows; ++i) {
    std::memcpy(to + i * stride, from + i * columns, columns * sizeof(float));
    std::memset(to + i * stride + columns, 0, (stride - columns) * sizeof(float));
  }
  return {to, stride};
}

// ---- Functions -------------------------------------------------------------------------------

// tanh x = e/(e + 2) with e = exp(2|x|) − 1 = 2ⁿ(exp r − 1) + 2ⁿ − 1, r within ± ln 2 / 2. Within
// two units in the last place.
Vector tanh(Vector x) {
  const Integers sign = reinterpret_cast<Integers>(x) & INT32_MIN;
  const Vector size = reinterpret_cast<Vector>(reinterpret_cast<Integers>(x) ^ sign);
  const Vector z = 2 * (size > 10.0F ? all(10.0F) : size);
  constexpr float kMagic = 0x1.8p23F;  // adding it leaves an integer in the low bits
  const Vector shifted = z * 1.44269504F + kMagic;
  const Vector n = shifted - kMagic;
  const Vector r = z - n * 0x1.62e4p-1F - n * 0x1.7f7d1cp-20F;  // ln 2 in two parts
  Vector p = all(1.0F / 5040);
  for (const float c : {1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F}) p = p * r + c;
  p = p * r * r + r;
  const Vector power =
      reinterpret_cast<Vector>((reinterpret_cast<Integers>(shifted) << 23) + (127 << 23));
  const Vector e = power * p + (power - 1.0F);
  const Vector y = e / (e + 2.0F);
  return reinterpret_cast<Vector>(reinterpret_cast<Integers>(y) | sign);
}

template <class F>
void for_each(std::size_t count, float* values, F&& f) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(f(load(values + i)), values + i, kLanes);
  if (i == count) return;
  Vector rest{};
  std::memcpy(&rest, values + i, (count - i) * sizeof(float));
  store(f(rest), values + i, count - i);
}

void apply(Function function, std::size_t count, float* y) {
  if (function == Function::kRelu)
    for_each(count, y, [](Vector v) { return v < 0.0F ? Vector{} : v; });
  if (function == Function::kTanh) for_each(count, y, [](Vector v) { return tanh(v); });
}

// dy · f'(x), by y = f(x).
void apply_derivative(Function function, std::size_t count, const float* __restrict y,
                      float* __restrict dy) {
  if (function == Function::kRelu) {
    for (std::size_t i = 0; i < count; ++i) dy[i] = y[i] > 0 ? dy[i] : 0;
  } else if (function == Function::kTanh) {
    for (std::size_t i = 0; i < count; ++i) dy[i] *= 1 - y[i] * y[i];
  }
}

// dyᵀ x, or its transpose where that has the whole vectors.
void weight_gradient(const DenseShape& s, const float* x, const float* dy, float* out) {
  if (s.in % kLanes == 0 || s.out % kLanes != 0) {
    float* room = scratch(s.rows * padded(s.in));
    multiply(s.out, s.in, s.rows, {dy, 1, s.out}, pad(x, s.rows, s.in, room), nullptr, out);
    return;
  }
  float* transposed = scratch(s.in * s.out);
  multiply(s.in, s.out, s.rows, {x, 1, s.in}, {dy, s.out}, nullptr, transposed);
  for (std::size_t i = 0; i < s.out; ++i) {
    for (std::size_t j = 0; j < s.in; ++j) out[i * s.in + j] = transposed[j * s.out + i];
  }
}

}  // namespace

void forward(const DenseShape& s, Function function, const float* x, const float* weight,
             const float* bias, float* y) {
  if (s.out <= kNarrow) {
    multiply_narrow(s.rows, s.out, s.in, x, weight, bias, y);
  } else {
    const std::size_t stride = padded(s.out);
    float* transposed = scratch(stride * (s.in + 1));
    transpose(weight, s.out, s.in, transposed);
    float* add = transposed + stride * s.in;
    std::copy_n(bias, s.out, add);
    std::fill(add + s.out, add + stride, 0.0F);
    multiply(s.rows, s.out, s.in, {x, s.in, 1}, {transposed, stride}, add, y);
  }
  apply(function, s.rows * s.out, y);
}

void backward(const DenseShape& s, Function function, const float* x, const float* weight,
              const float* y, float* dy, const DenseGradients& out) {
  apply_derivative(function, s.rows * s.out, y, dy);
  if (out.bias != nullptr) add_rows(s.rows, s.out, dy, out.bias);
  if (out.weight != nullptr) weight_gradient(s, x, dy, out.weight);
  if (out.x == nullptr) return;
  float* room = scratch(s.out * padded(s.in));
  multiply(s.rows, s.in, s.out, {dy, s.out, 1}, pad(weight, s.out, s.in, room), nullptr, out.x);
}

}  // namespace tengen::kernels
