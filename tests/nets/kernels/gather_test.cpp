#include "nets/kernels/gather.hpp"

#include "core/rng.hpp"
#include "nets/kernels/bfloat16.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace tengen;

namespace {

template <class In>
std::vector<In> random_frames(std::size_t count) {
  Rng rng(3);
  std::vector<In> values(count);
  for (In& value : values) value = static_cast<In>(rng.below(256));
  return values;
}

// What the header says, one element at a time.
template <class In>
void check_against_definition(InputFormat f, int batch, torch::ScalarType type) {
  const auto elements = static_cast<std::size_t>(f.frame_elements());
  const auto count = static_cast<std::size_t>(batch * f.stack);
  const std::vector<In> memory = random_frames<In>(count * elements);
  std::vector<const std::byte*> frames;
  for (std::size_t i = 0; i < count; ++i)  // not in the order of memory
    frames.push_back(reinterpret_cast<const std::byte*>(&memory[(i * 7 % count) * elements]));
  const Tensor out = make_input(f, batch, type);
  gather(f, frames, out);

  REQUIRE(out.sizes() ==
          torch::IntArrayRef({batch, f.depth(), f.rows / f.block, f.columns / f.block}));
  REQUIRE(out.is_contiguous(torch::MemoryFormat::ChannelsLast));
  const Tensor seen = out.to(torch::kFloat32).contiguous();
  const auto values = seen.accessor<float, 4>();
  int wrong = 0;
  for (int i = 0; i < batch; ++i) {
    for (int plane = 0; plane < f.stack * f.channels; ++plane) {
      for (int y = 0; y < f.rows; ++y) {
        for (int x = 0; x < f.columns; ++x) {
          const auto frame = static_cast<std::size_t>(i * f.stack + plane / f.channels);
          const auto at =
              static_cast<std::size_t>((plane % f.channels * f.rows + y) * f.columns + x);
          In pixel;
          std::memcpy(&pixel, frames[frame] + at * sizeof(In), sizeof(In));
          const float exact = (static_cast<float>(pixel) - f.offset) * f.scale;
          const float expected =
              type == torch::kBFloat16 ? widened(rounded<Bfloat16>(exact)) : exact;
          const int channel = (plane * f.block + y % f.block) * f.block + x % f.block;
          wrong += values[i][channel][y / f.block][x / f.block] != expected;
        }
      }
    }
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("gather lays out stacks, channels and blocks of pixels as documented") {
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    for (const int block : {1, 2, 3, 4}) {
      InputFormat format{.stack = 4, .channels = 3, .rows = 12, .columns = 24, .block = block};
      format.offset = 87;
      format.scale = 1.0F / 64;
      format.element = Element::kUint8;
      check_against_definition<std::uint8_t>(format, 5, type);
      format.element = Element::kFloat;
      check_against_definition<float>(format, 5, type);
    }
    check_against_definition<std::uint8_t>(
        {.element = Element::kUint8, .stack = 4, .rows = 84, .columns = 84, .block = 4}, 3, type);
    check_against_definition<float>({.stack = 2, .channels = 5}, 3, type);  // vectors
  }
}

TEST_CASE("bfloat16 rounds to nearest even as torch does") {
  Rng rng(1);
  std::vector<float> values{0.0F,        -0.0F,   1.00390625F,
                            1.01171875F, 3.4e38F, std::numeric_limits<float>::infinity()};
  for (int i = 0; i < 10'000; ++i)
    values.push_back(static_cast<float>(rng.normal() * std::exp(10 * rng.normal())));
  const Tensor expected =
      torch::tensor(values).to(torch::kBFloat16).to(torch::kFloat32).contiguous();
  int wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    wrong += widened(rounded<Bfloat16>(values[i])) != expected.data_ptr<float>()[i];
  CHECK(wrong == 0);
  CHECK(std::isnan(widened(rounded<Bfloat16>(std::numeric_limits<float>::quiet_NaN()))));
}
