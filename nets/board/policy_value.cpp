#include "nets/board/policy_value.hpp"

#include "core/check.hpp"
#include "nets/kernels/fused.hpp"

#include <fmt/ranges.h>

#include <cmath>

namespace tengen {
namespace {

constexpr double kEpsilon = 1e-5;  // of batch normalisation, as torch has it

// Over the board: rows × 3 · channels, see kPooledParts.
Tensor pooled(const Tensor& x) {
  const auto points = static_cast<float>(x.size(2) * x.size(3));
  const Tensor mean = x.mean({2, 3}, false, torch::kFloat32);
  return torch::cat({mean, mean * pooling_scale(points), x.amax({2, 3}).to(torch::kFloat32)}, 1);
}

// rows × channels, added to every point.
Tensor on_board(const Tensor& bias, const Tensor& x) {
  return bias.to(x.scalar_type()).unsqueeze(2).unsqueeze(3);
}

// (rows · points) × channels of a channels-last picture.
Tensor by_point(const Tensor& x) { return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)}); }

}  // namespace

PolicyValueOptions read_policy_value(const Config& net, const PolicyValueOptions& game) {
  PolicyValueOptions o = game;
  o.blocks = net.get<int>("blocks", 4, 0, 100);
  o.channels = net.get<int>("channels", 32, 1, 4096);
  o.pool = net.get<int>("pool", 3, 0, 100);
  o.separate = net.choice("trunk", "shared", {"shared", "separate"}) == "separate";
  o.precision = read_precision(net);
  return o;
}

// ---- Putting together ------------------------------------------------------------------------

PolicyValueNet::Conv PolicyValueNet::add_conv(const std::string& name, int in, int out, int kernel,
                                              float gamma) {
  const std::int64_t area = static_cast<std::int64_t>(kernel) * kernel;
  const std::vector<std::int64_t> shape{out, in, kernel, kernel};
  const InitRule weights{Init::kKaimingNormal, std::sqrt(2.0), out, in * area, out * area};
  const auto constant = [](double value) {
    return InitRule{.init = Init::kConstant, .gain = value};
  };
  const auto index = [](int i) { return static_cast<std::size_t>(i); };
  Conv conv;
  conv.weight = index(layout_.add(name + ".weight", shape, weights));
  conv.gamma = index(layout_.add(name + ".gamma", {out}, constant(gamma)));
  conv.beta = index(layout_.add(name + ".beta", {out}, constant(0)));
  conv.mean = index(statistics_.add(name + ".mean", {out}, constant(0)));
  conv.variance = index(statistics_.add(name + ".variance", {out}, constant(1)));
  conv.folded_weight = index(folded_.add(name + ".weight", shape, weights));
  conv.folded_bias = index(folded_.add(name + ".bias", {out}, constant(0)));
  convs_.push_back(conv);
  return conv;
}

PolicyValueNet::Dense PolicyValueNet::add_dense(const std::string& name, int in, int out, int parts,
                                                bool zero) {
  const InitRule rule{zero ? Init::kConstant : Init::kDefault, 0, out, in, out};
  const auto index = [](int i) { return static_cast<std::size_t>(i); };
  Dense dense;
  dense.parts = parts;
  dense.weight = index(layout_.add(name + ".weight", {out, in}, rule));
  dense.bias = index(layout_.add(name + ".bias", {out}, rule));
  dense.folded_weight = index(folded_.add(name + ".weight", {out, in}, rule));
  dense.folded_bias = index(folded_.add(name + ".bias", {out}, rule));
  denses_.push_back(dense);
  return dense;
}

// Blocks begin as the identity: the last normalisation's scale is 0 (Goyal et al. 2017).
PolicyValueNet::Tower PolicyValueNet::add_tower(const std::string& prefix) {
  const PolicyValueOptions& o = options_;
  Tower tower;
  tower.stem = add_conv(prefix + "stem", o.planes, o.channels, 3);
  if (o.globals > 0) tower.globals = add_dense(prefix + "globals", o.globals, o.channels);
  for (int i = 0; i < o.blocks; ++i) {
    const std::string name = fmt::format("{}block{}", prefix, i + 1);
    Block block;
    block.first = add_conv(name + ".conv1", o.channels, o.channels, 3);
    block.second = add_conv(name + ".conv2", o.channels, o.channels, 3, 0);
    block.pools = o.pool > 0 && (i + 1) % o.pool == 0;  // wherever the tower ends: it may grow
    if (block.pools)
      block.pooled =
          add_dense(name + ".pool", kPooledParts * o.channels, o.channels, kPooledParts, true);
    tower.blocks.push_back(block);
  }
  return tower;
}

PolicyValueNet::PolicyValueNet(const PolicyValueOptions& options) : options_(options) {
  const PolicyValueOptions& o = options_;
  TENGEN_CHECK(o.rows >= 1 && o.columns >= 1 && o.planes >= 1 && o.globals >= 0 && o.actions >= 1);
  TENGEN_CHECK(!o.points || o.actions >= o.board());
  TENGEN_CHECK(o.pool >= 0);
  trunk_ = add_tower(o.separate ? "value." : "");
  if (o.separate) policy_trunk_ = add_tower("policy.");
  const int width = o.channels;
  policy_conv_ = add_conv("policy.conv", width, width, 1);
  policy_pool_ = add_conv("policy.pool", width, width, 1);
  policy_bias_ = add_dense("policy.bias", kPooledParts * width, width, kPooledParts);
  policy_points_ = o.points ? add_dense("policy.points", width, 1)
                            : add_dense("policy.actions", width * o.board(), o.actions, o.board());
  if (o.points && o.actions > o.board())
    policy_rest_ =
        add_dense("policy.rest", kPooledParts * width, o.actions - o.board(), kPooledParts);
  value_conv_ = add_conv("value.conv", width, width, 1);
  value_hidden_ = add_dense("value.hidden", kPooledParts * width, 2 * width, kPooledParts);
  value_ = add_dense("value.value", 2 * width, 1);
  if (o.territory) {
    margin_ = add_dense("value.margin", 2 * width, 1);
    ownership_ = add_dense("value.ownership", width, 1);
  }
}

// ---- Computing -------------------------------------------------------------------------------

// One forward pass: the same network whichever way it normalises.
class PolicyValuePass {
 public:
  enum class Mode { kLearning, kPlaying, kFolded };
  PolicyValuePass(const PolicyValueNet& net, Mode mode, const ParameterViews& parameters,
                  const ParameterViews* statistics)
      : net_(net), mode_(mode), parameters_(parameters), statistics_(statistics) {}

  [[nodiscard]] PolicyValueOutput run(const Tensor& planes, const Tensor& globals) const {
    const Tensor board =
        planes.to(parameters_[net_.trunk_.stem.weight].scalar_type()).permute({0, 3, 1, 2});
    const Tensor x = tower(net_.trunk_, board, globals);
    PolicyValueOutput out = values(x);
    out.logits = policy(net_.options_.separate ? tower(net_.policy_trunk_, board, globals) : x);
    return out;
  }

 private:
  using Net = PolicyValueNet;

  [[nodiscard]] Tensor conv(const Net::Conv& c, const Tensor& x) const {
    const auto convolve = [&](std::size_t weight, const Tensor& bias) {
      const Tensor& w = parameters_[weight];
      return torch::conv2d(x, w, bias, 1, w.size(2) / 2);
    };
    if (mode_ == Mode::kFolded) return convolve(c.folded_weight, parameters_[c.folded_bias]);
    // With a momentum of 1, what torch keeps of earlier moments is nothing.
    return torch::batch_norm(convolve(c.weight, {}), parameters_[c.gamma].to(torch::kFloat32),
                             parameters_[c.beta].to(torch::kFloat32), (*statistics_)[c.mean],
                             (*statistics_)[c.variance], mode_ == Mode::kLearning, 1, kEpsilon,
                             false);
  }

  [[nodiscard]] Tensor dense(const Net::Dense& d, const Tensor& x,
                             Activation activation = Activation::kIdentity) const {
    const bool folded = mode_ == Mode::kFolded;
    return tengen::dense(
        x.to(torch::kFloat32), parameters_[folded ? d.folded_weight : d.weight].to(torch::kFloat32),
        parameters_[folded ? d.folded_bias : d.bias].to(torch::kFloat32), activation);
  }

  [[nodiscard]] Tensor tower(const Net::Tower& t, const Tensor& board,
                             const Tensor& globals) const {
    Tensor x = conv(t.stem, board);
    if (net_.options_.globals > 0) x = x + on_board(dense(t.globals, globals), x);
    x = torch::relu(x);
    for (const Net::Block& block : t.blocks) {
      const Tensor inner = torch::relu(conv(block.first, x));
      Tensor change = conv(block.second, inner);
      if (block.pools) change = change + on_board(dense(block.pooled, pooled(inner)), x);
      x = torch::relu(x + change);
    }
    return x;
  }

  [[nodiscard]] Tensor policy(const Tensor& x) const {
    const PolicyValueOptions& o = net_.options_;
    const Tensor pool = pooled(torch::relu(conv(net_.policy_pool_, x)));
    Tensor board = conv(net_.policy_conv_, x);
    board = torch::relu(board + on_board(dense(net_.policy_bias_, pool), board));
    const Tensor points = by_point(board);
    if (!o.points) return dense(net_.policy_points_, points.reshape({x.size(0), -1}));
    const Tensor logits = dense(net_.policy_points_, points).view({x.size(0), o.board()});
    if (o.actions == o.board()) return logits;
    return torch::cat({logits, dense(net_.policy_rest_, pool)}, 1);
  }

  [[nodiscard]] PolicyValueOutput values(const Tensor& x) const {
    const Tensor board = torch::relu(conv(net_.value_conv_, x));
    const Tensor hidden = dense(net_.value_hidden_, pooled(board), Activation::kRelu);
    PolicyValueOutput out;
    out.value = torch::tanh(dense(net_.value_, hidden)).squeeze(1);
    if (!net_.options_.territory) return out;
    out.margin = dense(net_.margin_, hidden).squeeze(1) * kPointsPerMargin;
    out.ownership = torch::tanh(dense(net_.ownership_, by_point(board))).view({x.size(0), -1});
    return out;
  }

  const PolicyValueNet& net_;
  Mode mode_;
  const ParameterViews& parameters_;
  const ParameterViews* statistics_;
};

PolicyValueOutput PolicyValueNet::learning(const ParameterViews& parameters,
                                           const ParameterViews& moments, const Tensor& planes,
                                           const Tensor& globals) const {
  return PolicyValuePass(*this, PolicyValuePass::Mode::kLearning, parameters, &moments)
      .run(planes, globals);
}

PolicyValueOutput PolicyValueNet::playing(const ParameterViews& parameters,
                                          const ParameterViews& statistics, const Tensor& planes,
                                          const Tensor& globals) const {
  return PolicyValuePass(*this, PolicyValuePass::Mode::kPlaying, parameters, &statistics)
      .run(planes, globals);
}

PolicyValueOutput PolicyValueNet::folded(const ParameterViews& parameters, const Tensor& planes,
                                         const Tensor& globals) const {
  return PolicyValuePass(*this, PolicyValuePass::Mode::kFolded, parameters, nullptr)
      .run(planes, globals);
}

void PolicyValueNet::fold(const ParameterViews& parameters, const ParameterViews& statistics,
                          const ParameterViews& out) const {
  const torch::NoGradGuard no_grad;
  for (const Conv& c : convs_) {
    const Tensor scale = parameters[c.gamma] / (statistics[c.variance] + kEpsilon).sqrt();
    out[c.folded_weight].copy_(parameters[c.weight] * scale.view({-1, 1, 1, 1}));
    out[c.folded_bias].copy_(parameters[c.beta] - statistics[c.mean] * scale);
  }
  for (const Dense& d : denses_) {
    out[d.folded_weight].copy_(parameters[d.weight]);
    out[d.folded_bias].copy_(parameters[d.bias]);
  }
}

// ---- Growing ---------------------------------------------------------------------------------

namespace {

std::size_t find(const ParameterLayout& layout, const ParameterSpec& wanted) {
  for (std::size_t i = 0; i < layout.specs().size(); ++i) {
    const ParameterSpec& spec = layout.specs()[i];
    bool holds = spec.name == wanted.name && spec.shape.size() == wanted.shape.size();
    for (std::size_t d = 0; holds && d < spec.shape.size(); ++d)
      holds = spec.shape[d] >= wanted.shape[d];
    if (holds) return i;
  }
  throw Error(
      "a network grows into one with more blocks or channels, and otherwise alike; this one has no "
      "room for {} {}",
      wanted.name, fmt::join(wanted.shape, "x"));
}

// Outputs that `from` has read what they read, and nothing else.
void grow_into(const Tensor& from, const Tensor& to, int parts) {
  const Tensor rows = to.narrow(0, 0, from.size(0));
  if (from.dim() == 1) {
    rows.copy_(from);
    return;
  }
  rows.zero_();
  if (from.dim() == 4)
    rows.narrow(1, 0, from.size(1)).copy_(from);
  else
    rows.view({from.size(0), parts, -1})
        .narrow(2, 0, from.size(1) / parts)
        .copy_(from.reshape({from.size(0), parts, -1}));
}

}  // namespace

void PolicyValueNet::grow(const PolicyValueNet& smaller, const ParameterViews& smaller_parameters,
                          const ParameterViews& smaller_statistics,
                          const ParameterViews& parameters,
                          const ParameterViews& statistics) const {
  const torch::NoGradGuard no_grad;
  std::vector<int> parts(smaller.layout_.specs().size(), 1);
  for (const Dense& dense : smaller.denses_) parts[dense.weight] = dense.parts;
  for (std::size_t i = 0; i < parts.size(); ++i)
    grow_into(smaller_parameters[i], parameters[find(layout_, smaller.layout_.specs()[i])],
              parts[i]);
  for (std::size_t i = 0; i < smaller_statistics.size(); ++i)
    grow_into(smaller_statistics[i], statistics[find(statistics_, smaller.statistics_.specs()[i])],
              1);
}

}  // namespace tengen
