#include "nets/board/residual_tower.hpp"

#include "core/check.hpp"

namespace tengen {
namespace {

constexpr double kEpsilon = 1e-5;  // torch's default for batch normalisation

InitRule constant(double value) { return {.init = Init::kConstant, .gain = value}; }

}  // namespace

Tensor pooled(const Tensor& x) {
  const auto points = static_cast<float>(x.size(2) * x.size(3));
  const Tensor mean = x.mean({2, 3}, false, torch::kFloat32);
  return torch::cat({mean, mean * pooling_scale(points), x.amax({2, 3}).to(torch::kFloat32)}, 1);
}

Tensor on_board(const Tensor& bias, const Tensor& x) {
  return bias.to(x.scalar_type()).unsqueeze(2).unsqueeze(3);
}

// ---- Layers ----------------------------------------------------------------------------------

Tensor BoardConv::forward(const BoardPass& pass, const Tensor& x) const {
  if (pass.mode == BoardPass::Mode::kFolded) {
    Pass plain;
    return folded.forward(pass.parameters, x, plain);
  }
  const Tensor y = torch::conv2d(x, pass.parameters[weight], {}, 1, folded.padding);
  // With a momentum of 1 torch keeps nothing of earlier moments.
  return torch::batch_norm(y, pass.parameters[gamma].to(torch::kFloat32),
                           pass.parameters[beta].to(torch::kFloat32), (*pass.statistics)[mean],
                           (*pass.statistics)[variance], pass.mode == BoardPass::Mode::kLearning, 1,
                           kEpsilon, false);
}

void BoardConv::fold(const ParameterViews& parameters, const ParameterViews& statistics,
                     const ParameterViews& out) const {
  const Tensor scale = parameters[gamma] / (statistics[variance] + kEpsilon).sqrt();
  out[folded.weight].copy_(parameters[weight] * scale.view({-1, 1, 1, 1}));
  out[folded.bias].copy_(parameters[beta] - statistics[mean] * scale);
}

Tensor BoardDense::forward(const BoardPass& pass, const Tensor& x) const {
  Pass plain;
  return (pass.mode == BoardPass::Mode::kFolded ? folded : learnt)
      .forward(pass.parameters, x, plain);
}

void BoardDense::fold(const ParameterViews& parameters, const ParameterViews& out) const {
  out[folded.weight].copy_(parameters[learnt.weight]);
  out[folded.bias].copy_(parameters[learnt.bias]);
}

BoardConv BoardLayers::conv(const std::string& name, int in, int out, int kernel, float gamma) {
  const std::int64_t area = static_cast<std::int64_t>(kernel) * kernel;
  const InitRule weights{Init::kKaimingNormal, std::sqrt(2.0), out, in * area, out * area};
  BoardConv conv;
  conv.weight = parameters.add(name + ".weight", {out, in, kernel, kernel}, weights);
  conv.gamma = parameters.add(name + ".gamma", {out}, constant(gamma));
  conv.beta = parameters.add(name + ".beta", {out}, constant(0));
  conv.mean = statistics.add(name + ".mean", {out}, constant(0));
  conv.variance = statistics.add(name + ".variance", {out}, constant(1));
  NetBuilder net{.layout = folded, .features = {.channels = in}};
  conv.folded = {.channels = out,
                 .kernel = kernel,
                 .padding = kernel / 2,
                 .name = name,
                 .activation = Activation::kIdentity};
  conv.folded.add(net);
  convs.push_back(conv);
  return conv;
}

BoardDense BoardLayers::dense(const std::string& name, int in, int out,
                              const DenseOptions& options) {
  const auto add = [&](ParameterLayout& layout) {
    NetBuilder net{.layout = layout,
                   .features = flat_features(in),
                   .init = options.zero ? Init::kConstant : Init::kDefault};
    Dense layer{
        .outputs = out, .name = name, .activation = options.activation, .gain = 0, .exact = true};
    layer.add(net);
    return layer;
  };
  const BoardDense dense{add(parameters), add(folded), options.parts};
  denses.push_back(dense);
  return dense;
}

// ---- The tower -------------------------------------------------------------------------------

Tensor ResidualBlock::forward(const BoardPass& pass, const Tensor& x) const {
  const Tensor inner = torch::relu(first.forward(pass, x));
  Tensor change = second.forward(pass, inner);
  if (pooled) change = change + on_board(pooled->forward(pass, tengen::pooled(inner)), x);
  return torch::relu(x + change);
}

ResidualTower ResidualTower::make(const std::string& prefix, const Options& o,
                                  BoardLayers& layers) {
  ResidualTower tower;
  tower.stem = layers.conv(prefix + "stem", o.planes, o.channels, 3);
  if (o.globals > 0) tower.globals = layers.dense(prefix + "globals", o.globals, o.channels, {});
  for (int i = 0; i < o.blocks; ++i) {
    const std::string name = fmt::format("{}block{}", prefix, i + 1);
    ResidualBlock block;
    block.first = layers.conv(name + ".conv1", o.channels, o.channels, 3);
    block.second = layers.conv(name + ".conv2", o.channels, o.channels, 3, 0);
    // Counted from the first block, not from the last: the tower may grow.
    if (o.pool > 0 && (i + 1) % o.pool == 0)
      block.pooled = layers.dense(name + ".pool", kPooledParts * o.channels, o.channels,
                                  {.parts = kPooledParts, .zero = true});
    tower.blocks.push_back(std::move(block));
  }
  return tower;
}

Tensor ResidualTower::forward(const BoardPass& pass, const Tensor& board,
                              const Tensor& numbers) const {
  Tensor x = stem.forward(pass, board);
  if (globals) x = x + on_board(globals->forward(pass, numbers), x);
  x = torch::relu(x);
  for (const ResidualBlock& block : blocks) x = block.forward(pass, x);
  return x;
}

}  // namespace tengen
