#include "agents/learner.hpp"

#include "core/check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tengen {
namespace {

// Scales each row as the actor saw it: by the scale of its step.
void scale_inputs(const Tensor& input, const Rollout& rollout, std::span<const std::size_t> rows) {
  const int width = rollout.options().scaled;
  if (width == 0) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t step = rows[i] / usize(rollout.lanes());
    normalise(row_of(float_span(input), i, width), row_of(rollout.shift, step, width),
              row_of(rollout.factor, step, width));
  }
}

}  // namespace

Selection sequences(const Rollout& rollout, std::span<const std::size_t> lanes, int steps) {
  Selection selection{.rows = {}, .steps = steps};
  for (int t = 0; t < steps; ++t)
    for (const std::size_t lane : lanes) selection.rows.push_back(rollout.row(t, 0) + lane);
  return selection;
}

Selection whole(const Rollout& rollout, int steps) {
  Selection selection{.rows = {}, .steps = steps};
  selection.rows.resize(rollout.row(steps, 0));
  std::iota(selection.rows.begin(), selection.rows.end(), std::size_t{0});
  return selection;
}

void shuffle(std::vector<std::size_t>& values, Rng& rng) {
  for (std::size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[rng.below(static_cast<std::uint32_t>(i))]);
}

Learner::Learner(const ActorCriticSettings& settings, const Backend& backend, std::uint64_t seed)
    : backend_(backend),
      network_(std::make_shared<ActorCritic>(settings.network)),
      parameters_(network_->layout(), backend),
      optimiser_(settings.optimiser, network_->layout(), backend) {
  const Rng root(seed);
  parameters_.initialise(root.split(0));
  for (int i = 0; i < settings.shards; ++i) {
    Shard shard;
    shard.input = InputBuffer(backend);
    shard.gradient = torch::zeros_like(parameters_.flat(), scalar_type(backend.precision));
    shard.gradients = views_of(network_->layout(), shard.gradient);
    shard.dropout = root.split(static_cast<std::uint64_t>(1 + i));
    shards_.push_back(std::move(shard));
  }
}

void Learner::differentiate(const Rollout& rollout, const Selection& selection,
                            const LossGradient& loss, WorkerPool& pool) {
  const bool host = backend_.device.is_cpu();
  used_ = host ? std::min(static_cast<int>(shards_.size()), selection.columns()) : 1;
  if (host)
    pool.run(used_, [&](int i) { compute(i, rollout, selection, loss, nullptr); });
  else
    compute(0, rollout, selection, loss, &pool);
}

double Learner::apply(double learning_rate, WorkerPool& pool) {
  std::vector<Tensor> gradients;
  for (int i = 0; i < used_; ++i) gradients.push_back(shards_[usize(i)].gradient);
  const double norm = optimiser_.step(parameters_, gradients, learning_rate, pool);
  if (!std::isfinite(norm))
    throw Error(
        "the gradient's norm is {} after {} updates: learning diverged; a smaller "
        "agent.learning_rate may help",
        norm, updates_);
  ++updates_;
  return norm;
}

// The lanes' states before the first of the shard's rows, and where episodes start; undefined
// without memory.
Learner::States Learner::states_of(const Shard& shard, const Rollout& rollout, int steps) const {
  const int width = network_->options().state_size();
  if (width == 0) return {};
  const std::size_t lanes = shard.rows.size() / usize(steps);
  const Tensor state = torch::empty({static_cast<std::int64_t>(lanes), width});
  const Tensor keep = torch::empty({steps, static_cast<std::int64_t>(lanes)});
  for (std::size_t i = 0; i < shard.rows.size(); ++i)
    float_span(keep)[i] = rollout.starts(shard.rows[i]) ? 0.0F : 1.0F;
  for (std::size_t lane = 0; lane < lanes; ++lane)
    std::ranges::copy(row_of(rollout.state, shard.rows[lane] % usize(rollout.lanes()), width),
                      row_of(float_span(state), lane, width).begin());
  return {state.to(backend_.device), keep.to(backend_.device)};
}

// Computes part `index` of used_; `pool` may be null, else it helps to gather.
void Learner::compute(int index, const Rollout& rollout, const Selection& selection,
                      const LossGradient& loss, WorkerPool* pool) {
  const ComputeScope scope;
  Shard& shard = shards_[usize(index)];
  const int columns = selection.columns();
  const int begin = index * columns / used_, end = (index + 1) * columns / used_;
  const int stack = rollout.options().stack;
  shard.rows.clear();
  for (int t = 0; t < selection.steps; ++t)
    for (int c = begin; c < end; ++c) shard.rows.push_back(selection.rows[usize(t * columns + c)]);
  shard.frames.resize(shard.rows.size() * usize(stack));
  for (std::size_t i = 0; i < shard.rows.size(); ++i)
    rollout.put_stack(shard.rows[i], row_of(shard.frames, i, stack));

  const InputFormat& format = network_->options().net.input;
  scale_inputs(shard.input.gather(format, shard.frames, pool), rollout, shard.rows);

  const auto [state, keep] = states_of(shard, rollout, selection.steps);
  Rng dropout = shard.dropout.split(static_cast<std::uint64_t>(updates_));
  const auto out = network_->forward(parameters_.views(), shard.input.on_device(format), state,
                                     keep, {.noise = nullptr, .dropout = &dropout});
  const Tensor policy = out.policy.detach().to(torch::kCPU).contiguous();
  const Tensor value = out.value.detach().to(torch::kCPU).contiguous();
  const Tensor d_loss_d_policy = torch::zeros_like(policy);
  const Tensor d_loss_d_value = torch::zeros_like(value);
  loss({.shard = index,
        .steps = selection.steps,
        .rows = shard.rows,
        .width = static_cast<int>(policy.size(1)),
        .policy = float_span(policy),
        .value = float_span(value),
        .d_loss_d_policy = float_span(d_loss_d_policy),
        .d_loss_d_value = float_span(d_loss_d_value)});
  const auto gradients = torch::autograd::grad(
      {out.policy, out.value}, parameters_.views(),
      {d_loss_d_policy.to(backend_.device), d_loss_d_value.to(backend_.device)});
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < gradients.size(); ++i) shard.gradients[i].copy_(gradients[i]);
}

void Learner::records(const Checkpoint& checkpoint) {
  checkpoint.precision(backend_);
  checkpoint.part("agent/online", parameters_);
  checkpoint.part("agent/optimiser", optimiser_);
  checkpoint.count("agent/updates", updates_);
}

}  // namespace tengen
