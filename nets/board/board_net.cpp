#include "nets/board/board_net.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {

using kernels::Half;
using kernels::padded_channels;

namespace {

// So many boards are worth reading a layer's weights into the nearest cache for, and so few stay in
// the second cache themselves.
constexpr int kGroup = 8;

std::vector<float> floats(const Tensor& t) {
  const Tensor flat = t.contiguous().view({-1});
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

// out × (parts · channels) becomes out × (parts · width); channels that a layer lacks are zero.
Tensor widened_inputs(const Tensor& weight, int parts, int width) {
  const Tensor cut = weight.view({weight.size(0), parts, -1});
  return torch::constant_pad_nd(cut, {0, width - cut.size(2)}).view({weight.size(0), -1});
}

float dot(const std::vector<float>& weight, std::size_t row, const float* x, int n) {
  const float* w = weight.data() + row * usize(n);
  float sum = 0;
  for (int i = 0; i < n; ++i) sum += w[i] * x[i];
  return sum;
}

}  // namespace

// The boards of one group, and the batch's pointers to their rows.
struct BoardNet::Group {
  int boards;
  PolicyValueRows rows;
  Workspace& memory;
};

// ---- Packing ---------------------------------------------------------------------------------

BoardNet::Conv BoardNet::conv_of(const ParameterViews& folded, const BoardConv& conv) const {
  const Tensor& weight = folded[conv.folded.weight];  // channels-last in memory: [out][tap][in]
  const auto out = static_cast<int>(weight.size(0)), in = static_cast<int>(weight.size(1));
  Conv packed;
  packed.in = padded_channels(in);
  packed.out = padded_channels(out);
  packed.taps = static_cast<int>(weight.size(2) * weight.size(3));
  packed.weight = AlignedArray<Half>(kernels::packed_size(in, out, packed.taps));
  kernels::pack(in, out, packed.taps, weight.data_ptr<float>(), packed.weight.data());
  packed.bias = floats(folded[conv.folded.bias]);
  packed.bias.resize(usize(packed.out));
  return packed;
}

namespace {

template <class Dense>
Dense dense_of(const Tensor& weight, const Tensor& bias) {
  const std::int64_t out = (weight.size(0) + 15) / 16 * 16;
  Dense dense;
  dense.in = static_cast<int>(weight.size(1));
  dense.out = static_cast<int>(out);
  dense.weight = floats(torch::constant_pad_nd(weight.t().contiguous(), {0, out - weight.size(0)}));
  dense.bias = floats(bias);
  dense.bias.resize(usize(out));
  return dense;
}

}  // namespace

BoardNet::Tower BoardNet::tower_of(const ParameterViews& folded, const ResidualTower& tower) const {
  // Biases that every point of a board gets are as wide as the board's channels.
  const auto spread = [&](const BoardDense& d, const Tensor& weight) {
    Dense dense = dense_of<Dense>(
        torch::constant_pad_nd(weight, {0, 0, 0, width_ - weight.size(0)}),
        torch::constant_pad_nd(folded[d.folded.bias], {0, width_ - weight.size(0)}));
    return dense;
  };
  Tower packed;
  packed.stem = conv_of(folded, tower.stem);
  if (tower.globals) packed.globals = spread(*tower.globals, folded[tower.globals->folded.weight]);
  for (const ResidualBlock& block : tower.blocks) {
    Block b;
    b.first = conv_of(folded, block.first);
    b.second = conv_of(folded, block.second);
    b.pools = block.pooled.has_value();
    if (block.pooled)
      b.pooled = spread(*block.pooled,
                        widened_inputs(folded[block.pooled->folded.weight], kPooledParts, width_));
    packed.blocks.push_back(std::move(b));
  }
  return packed;
}

BoardNet::BoardNet(const PolicyValueNet& net, const ParameterViews& folded,
                   kernels::BoardProducts products)
    : options_(net.options()),
      products_(products),
      board_{net.options().rows, net.options().columns},
      width_(padded_channels(net.options().channels)) {
  TENGEN_CHECK(products != kernels::BoardProducts::kNone);
  const torch::NoGradGuard no_grad;
  const auto weight = [&](const BoardDense& d, int parts) {
    return widened_inputs(folded[d.folded.weight], parts, width_);
  };
  const auto answer = [&](const BoardDense& d, const Tensor& w) {
    return Answer{floats(w), floats(folded[d.folded.bias])};
  };
  trunk_ = tower_of(folded, net.trunk_);
  if (net.policy_trunk_) policy_trunk_ = tower_of(folded, *net.policy_trunk_);
  policy_conv_ = conv_of(folded, net.policy_conv_);
  policy_pool_ = conv_of(folded, net.policy_pool_);
  value_conv_ = conv_of(folded, net.value_conv_);
  const Tensor& bias = folded[net.policy_bias_.folded.bias];
  const Tensor wide = weight(net.policy_bias_, kPooledParts);
  policy_bias_ = dense_of<Dense>(torch::constant_pad_nd(wide, {0, 0, 0, width_ - wide.size(0)}),
                                 torch::constant_pad_nd(bias, {0, width_ - wide.size(0)}));
  policy_points_ =
      answer(net.policy_points_,
             weight(net.policy_points_, options_.points ? 1 : board_.rows * board_.columns));
  if (net.policy_rest_)
    policy_rest_ = answer(*net.policy_rest_, weight(*net.policy_rest_, kPooledParts));
  value_hidden_ = dense_of<Dense>(weight(net.value_hidden_, kPooledParts),
                                  folded[net.value_hidden_.folded.bias]);
  value_ = answer(net.value_, folded[net.value_.folded.weight]);
  if (options_.territory) {
    margin_ = answer(*net.margin_, folded[net.margin_->folded.weight]);
    ownership_ = answer(*net.ownership_, weight(*net.ownership_, 1));
  }
}

// ---- Computing -------------------------------------------------------------------------------

// Zeros around the points are written once, so a workspace is made for boards of one shape.
void BoardNet::prepare(Workspace& w) const {
  const int planes = padded_channels(options_.planes);
  if (w.rows == board_.rows && w.columns == board_.columns && w.planes == planes &&
      w.width == width_)
    return;
  const std::size_t points = usize(kGroup) * usize(board_.points());
  w.input = AlignedArray<Half>(points * usize(planes));
  w.x = AlignedArray<Half>(points * usize(width_));
  w.y = AlignedArray<Half>(points * usize(width_));
  w.pooled = AlignedArray<float>(usize(kGroup) * usize(kPooledParts * width_));
  w.bias = AlignedArray<float>(usize(kGroup) * usize(width_));
  w.hidden = AlignedArray<float>(usize(2 * width_ + 16));
  w.rows = board_.rows;
  w.columns = board_.columns;
  w.planes = planes;
  w.width = width_;
}

void BoardNet::convolve(const Group& group, const Conv& conv, const Half* x, Half* y,
                        const Half* residual, const float* board_bias) const {
  kernels::convolve(products_, board_, group.boards,
                    {.in = conv.in,
                     .out = conv.out,
                     .taps = conv.taps,
                     .weight = conv.weight.data(),
                     .bias = conv.bias.data(),
                     .board_bias = board_bias,
                     .residual = residual,
                     .x = x,
                     .y = y});
}

// Writes each board's mean, mean scaled by the board's size, and maximum to workspace.pooled.
void BoardNet::pool(const Group& group, const Half* x) const {
  const auto points = static_cast<float>(options_.board());
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(board_.points()) * width_;
  for (int i = 0; i < group.boards; ++i) {
    float* out =
        group.memory.pooled.data() + static_cast<std::ptrdiff_t>(i) * kPooledParts * width_;
    kernels::pool(board_, width_, x + i * stride, out, out + 2 * width_);
    for (int c = 0; c < width_; ++c) {
      out[c] /= points;
      out[width_ + c] = out[c] * pooling_scale(points);
    }
  }
}

// Writes a dense layer of rows of numbers to workspace.bias.
void BoardNet::spread(const Group& group, const Dense& dense, const float* rows) const {
  for (int i = 0; i < group.boards; ++i)
    kernels::dense(dense.in, dense.out, rows + static_cast<std::ptrdiff_t>(i) * dense.in,
                   dense.weight.data(), dense.bias.data(),
                   group.memory.bias.data() + static_cast<std::ptrdiff_t>(i) * width_);
}

// Computes workspace.x from workspace.input.
void BoardNet::climb(const Group& group, const Tower& tower) const {
  Workspace& w = group.memory;
  const bool globals = options_.globals > 0;
  if (globals) spread(group, tower.globals, group.rows.globals);
  convolve(group, tower.stem, w.input.data(), w.x.data(), nullptr,
           globals ? w.bias.data() : nullptr);
  for (const Block& block : tower.blocks) {
    convolve(group, block.first, w.x.data(), w.y.data());
    if (block.pools) {
      pool(group, w.y.data());
      spread(group, block.pooled, w.pooled.data());
    }
    convolve(group, block.second, w.y.data(), w.x.data(), w.x.data(),
             block.pools ? w.bias.data() : nullptr);
  }
}

void BoardNet::answer_policy(const Group& group) const {
  Workspace& w = group.memory;
  convolve(group, policy_pool_, w.x.data(), w.y.data());
  pool(group, w.y.data());
  spread(group, policy_bias_, w.pooled.data());
  convolve(group, policy_conv_, w.x.data(), w.y.data(), nullptr, w.bias.data());
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(board_.points()) * width_;
  for (int i = 0; i < group.boards; ++i) {
    const Half* y = w.y.data() + i * stride;
    float* logits = group.rows.logits + static_cast<std::ptrdiff_t>(i) * options_.actions;
    const float* weight = policy_points_.weight.data();
    if (options_.points) {
      kernels::dot_points(board_, width_, y, weight, policy_points_.bias[0], logits);
      const float* pooled =
          w.pooled.data() + static_cast<std::ptrdiff_t>(i) * kPooledParts * width_;
      for (int a = options_.board(); a < options_.actions; ++a) {
        const std::size_t row = usize(a - options_.board());
        logits[a] =
            policy_rest_.bias[row] + dot(policy_rest_.weight, row, pooled, kPooledParts * width_);
      }
    } else {
      for (int a = 0; a < options_.actions; ++a, weight += options_.board() * width_)
        logits[a] = policy_points_.bias[usize(a)] + kernels::dot_board(board_, width_, y, weight);
    }
  }
}

void BoardNet::answer_value(const Group& group) const {
  Workspace& w = group.memory;
  convolve(group, value_conv_, w.x.data(), w.y.data());
  pool(group, w.y.data());
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(board_.points()) * width_;
  const int hidden = 2 * options_.channels;
  for (int i = 0; i < group.boards; ++i) {
    float* h = w.hidden.data();
    kernels::dense(value_hidden_.in, value_hidden_.out,
                   w.pooled.data() + static_cast<std::ptrdiff_t>(i) * value_hidden_.in,
                   value_hidden_.weight.data(), value_hidden_.bias.data(), h);
    for (int c = 0; c < hidden; ++c) h[c] = std::max(h[c], 0.0F);
    group.rows.value[i] = std::tanh(value_.bias[0] + dot(value_.weight, 0, h, hidden));
    group.rows.margin[i] = 0;
    if (!options_.territory) continue;
    group.rows.margin[i] = kPointsPerMargin * (margin_.bias[0] + dot(margin_.weight, 0, h, hidden));
    float* owners = group.rows.ownership + static_cast<std::ptrdiff_t>(i) * options_.board();
    kernels::dot_points(board_, width_, w.y.data() + i * stride, ownership_.weight.data(),
                        ownership_.bias[0], owners);
    for (int p = 0; p < options_.board(); ++p) owners[p] = std::tanh(owners[p]);
  }
}

void BoardNet::evaluate(const PolicyValueRows& rows, Workspace& workspace) const {
  prepare(workspace);
  kernels::begin(products_);
  const std::ptrdiff_t bytes = static_cast<std::ptrdiff_t>(options_.board()) * options_.planes;
  const int planes = padded_channels(options_.planes);
  for (int first = 0; first < rows.rows; first += kGroup) {
    PolicyValueRows part = rows;
    part.planes += first * bytes;
    part.globals += static_cast<std::ptrdiff_t>(first) * options_.globals;
    part.logits += static_cast<std::ptrdiff_t>(first) * options_.actions;
    part.value += first;
    part.margin += first;
    if (options_.territory) part.ownership += static_cast<std::ptrdiff_t>(first) * options_.board();
    const Group group{std::min(kGroup, rows.rows - first), part, workspace};
    for (int i = 0; i < group.boards; ++i)
      kernels::read_planes(
          board_, options_.planes, planes, part.planes + i * bytes,
          workspace.input.data() + static_cast<std::ptrdiff_t>(i) * board_.points() * planes);
    if (options_.separate) {
      climb(group, policy_trunk_);
      answer_policy(group);
    }
    climb(group, trunk_);
    if (!options_.separate) answer_policy(group);
    answer_value(group);
  }
  kernels::end(products_);
}

}  // namespace tengen
