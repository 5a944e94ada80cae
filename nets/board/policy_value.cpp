#include "nets/board/policy_value.hpp"

#include "core/check.hpp"

#include <fmt/ranges.h>

namespace tengen {
namespace {

// A channels-last picture as (rows · points) × channels.
Tensor by_point(const Tensor& x) { return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)}); }

}  // namespace

PolicyValueOptions read_policy_value(const Config& net, const PolicyValueOptions& game) {
  for (const char* other : {"layers", "dropout", "recurrent", "shared_hidden"})
    if (net.has(other))
      throw UsageError(
          "net.{}: a policy-value network is a residual tower of blocks and channels, folded into "
          "plain convolutions to play, and takes no other layers",
          other);
  PolicyValueOptions o = game;
  o.blocks = net.get<int>("blocks", 4, 0, 100);
  o.channels = net.get<int>("channels", 32, 1, 4096);
  o.pool = net.get<int>("pool", 3, 0, 100);
  o.separate = net.choice("trunk", "shared", {"shared", "separate"}) == "separate";
  o.precision = read_precision(net);
  return o;
}

// ---- Putting together ------------------------------------------------------------------------

PolicyValueNet::PolicyValueNet(const PolicyValueOptions& options) : options_(options) {
  const PolicyValueOptions& o = options_;
  TENGEN_CHECK(o.rows >= 1 && o.columns >= 1 && o.planes >= 1 && o.globals >= 0 && o.actions >= 1);
  TENGEN_CHECK(!o.points || o.actions >= o.board());
  TENGEN_CHECK(o.pool >= 0);
  const ResidualTower::Options tower{.planes = o.planes,
                                     .globals = o.globals,
                                     .blocks = o.blocks,
                                     .channels = o.channels,
                                     .pool = o.pool};
  trunk_ = ResidualTower::make(o.separate ? "value." : "", tower, layers_);
  if (o.separate) policy_trunk_ = ResidualTower::make("policy.", tower, layers_);
  const int width = o.channels, pool = kPooledParts * width;
  policy_conv_ = layers_.conv("policy.conv", width, width, 1);
  policy_pool_ = layers_.conv("policy.pool", width, width, 1);
  policy_bias_ = layers_.dense("policy.bias", pool, width, {.parts = kPooledParts});
  policy_points_ = o.points ? layers_.dense("policy.points", width, 1, {})
                            : layers_.dense("policy.actions", width * o.board(), o.actions,
                                            {.parts = o.board()});
  if (o.points && o.actions > o.board())
    policy_rest_ =
        layers_.dense("policy.rest", pool, o.actions - o.board(), {.parts = kPooledParts});
  value_conv_ = layers_.conv("value.conv", width, width, 1);
  value_hidden_ = layers_.dense("value.hidden", pool, 2 * width,
                                {.parts = kPooledParts, .activation = Activation::kRelu});
  value_ = layers_.dense("value.value", 2 * width, 1, {});
  if (o.territory) {
    margin_ = layers_.dense("value.margin", 2 * width, 1, {});
    ownership_ = layers_.dense("value.ownership", width, 1, {});
  }
}

// ---- Computing -------------------------------------------------------------------------------

PolicyValueOutput PolicyValueNet::run(const BoardPass& pass, const Tensor& planes,
                                      const Tensor& globals) const {
  const torch::ScalarType type = pass.parameters[trunk_.stem.weight].scalar_type();
  const Tensor board = planes.to(type).permute({0, 3, 1, 2});
  const Tensor x = trunk_.forward(pass, board, globals);
  PolicyValueOutput out = values(pass, x);
  out.logits = policy(pass, policy_trunk_ ? policy_trunk_->forward(pass, board, globals) : x);
  return out;
}

Tensor PolicyValueNet::policy(const BoardPass& pass, const Tensor& x) const {
  const PolicyValueOptions& o = options_;
  const Tensor pool = pooled(torch::relu(policy_pool_.forward(pass, x)));
  Tensor board = policy_conv_.forward(pass, x);
  board = torch::relu(board + on_board(policy_bias_.forward(pass, pool), board));
  const Tensor points = by_point(board);
  if (!o.points) return policy_points_.forward(pass, points.reshape({x.size(0), -1}));
  const Tensor logits = policy_points_.forward(pass, points).view({x.size(0), o.board()});
  if (!policy_rest_) return logits;
  return torch::cat({logits, policy_rest_->forward(pass, pool)}, 1);
}

PolicyValueOutput PolicyValueNet::values(const BoardPass& pass, const Tensor& x) const {
  const Tensor board = torch::relu(value_conv_.forward(pass, x));
  const Tensor hidden = value_hidden_.forward(pass, pooled(board));
  PolicyValueOutput out;
  out.value = torch::tanh(value_.forward(pass, hidden)).squeeze(1);
  if (!options_.territory) return out;
  out.margin = margin_->forward(pass, hidden).squeeze(1) * kPointsPerMargin;
  out.ownership = torch::tanh(ownership_->forward(pass, by_point(board))).view({x.size(0), -1});
  return out;
}

PolicyValueOutput PolicyValueNet::learning(const ParameterViews& parameters,
                                           const ParameterViews& moments, const Tensor& planes,
                                           const Tensor& globals) const {
  return run({BoardPass::Mode::kLearning, parameters, &moments}, planes, globals);
}

PolicyValueOutput PolicyValueNet::playing(const ParameterViews& parameters,
                                          const ParameterViews& statistics, const Tensor& planes,
                                          const Tensor& globals) const {
  return run({BoardPass::Mode::kPlaying, parameters, &statistics}, planes, globals);
}

PolicyValueOutput PolicyValueNet::folded(const ParameterViews& parameters, const Tensor& planes,
                                         const Tensor& globals) const {
  return run({BoardPass::Mode::kFolded, parameters}, planes, globals);
}

void PolicyValueNet::fold(const ParameterViews& parameters, const ParameterViews& statistics,
                          const ParameterViews& out) const {
  const torch::NoGradGuard no_grad;
  for (const BoardConv& conv : layers_.convs) conv.fold(parameters, statistics, out);
  for (const BoardDense& dense : layers_.denses) dense.fold(parameters, out);
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

// Outputs that `from` has get its weights, and weights of zero for new inputs.
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
  std::vector<int> parts(smaller.layout().specs().size(), 1);
  for (const BoardDense& dense : smaller.layers_.denses) parts[dense.learnt.weight] = dense.parts;
  for (std::size_t i = 0; i < parts.size(); ++i)
    grow_into(smaller_parameters[i], parameters[find(layout(), smaller.layout().specs()[i])],
              parts[i]);
  for (std::size_t i = 0; i < smaller_statistics.size(); ++i)
    grow_into(smaller_statistics[i],
              statistics[find(this->statistics(), smaller.statistics().specs()[i])], 1);
}

}  // namespace tengen
