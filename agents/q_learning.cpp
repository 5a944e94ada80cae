#include "agents/q_learning.hpp"

#include "agents/frame_stack.hpp"
#include "agents/rows.hpp"
#include "agents/scaling.hpp"
#include "core/check.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

float read_eval_eps(const Config& agent) { return agent.get<float>("eval_eps", 0.0F, 0.0F, 1.0F); }

}  // namespace

QSettings read_q_settings(const AgentContext& context, const QDefaults& defaults) {
  const Config agent = context.config.section("agent");
  QSettings s;
  s.common = read_off_policy_settings(context, {});
  const int batch = s.common.batch_size;
  s.shards = agent.get<int>("shards", batch >= defaults.two_shards_from ? 2 : 1, 1, batch);
  s.exploration_fraction =
      agent.get<double>("exploration_fraction", s.exploration_fraction, 0.0, 1.0);
  if (defaults.noisy) s.initial_eps = s.final_eps = 0;
  s.initial_eps = agent.get<double>("exploration_initial_eps", s.initial_eps, 0.0, 1.0);
  s.final_eps = agent.get<double>("exploration_final_eps", s.final_eps, 0.0, 1.0);
  s.repeat_exploration = agent.get<bool>("repeat_exploration", false);
  s.clip_reward = read_reward_clip(agent);
  s.double_q = agent.get<bool>("double", defaults.refined);
  s.prioritised = agent.get<bool>("prioritised", defaults.refined);
  if (s.prioritised) {
    s.alpha = agent.get<float>("prioritised_alpha", s.alpha, 0.0F, 1.0F);
    s.beta0 = agent.get<double>("prioritised_beta0", s.beta0, 0.0, 1.0);
  }
  s.eval_eps = read_eval_eps(agent);
  return s;
}

QLearner::QLearner(const AgentContext& context, const QSettings& settings,
                   std::shared_ptr<const Network> network, std::uint64_t dropout_stream)
    : settings_(settings),
      env_(context.env),
      pool_(context.pool),
      seed_(context.seed),
      lanes_(context.lanes),
      backend_(make_backend(context.device, network->options().precision)),
      network_(std::move(network)),
      online_(network_->layout(), backend_),
      target_(network_->layout(), backend_),
      optimiser_(settings.common.optimiser, network_->layout(), backend_),
      progress_(settings.common),
      explorer_(lanes_, network_->head().actions, settings.repeat_exploration),
      reward_(usize(lanes_)) {
  const Rng root(seed_);
  online_.initialise(root.split(0));
  target_.copy_from(online_);
  act_rng_ = root.split(1);
  sample_rng_ = root.split(2);
  const std::size_t count = usize(settings.shards), batch = usize(settings.common.batch_size);
  for (std::size_t i = 0; i < count; ++i) {
    MinibatchSlice slice;
    slice.begin = i * batch / count;
    slice.end = (i + 1) * batch / count;
    slice.gradient = torch::zeros_like(online_.flat(), scalar_type(backend_.precision));
    slice.gradients = views_of(network_->layout(), slice.gradient);
    slice.dropout = root.split(dropout_stream + i);
    slices_.push_back(std::move(slice));
  }
}

double QLearner::scheduled_exploration() const {
  return progress_.linear(settings_.initial_eps, settings_.final_eps,
                          settings_.exploration_fraction);
}

std::unique_ptr<Policy> QLearner::policy(int lanes) const {
  return std::make_unique<QPolicy>(network_, online_, backend_, env_, lanes, settings_.eval_eps,
                                   seed_);
}

std::span<const float> QLearner::stored_rewards(std::span<const float> reward) {
  if (!settings_.clip_reward) return reward;
  std::ranges::transform(reward, reward_.begin(), sign);
  return reward_;
}

std::int64_t QLearner::count_step(Logger& logger) {
  const std::int64_t before = progress_.steps();
  const std::int64_t due = progress_.count_step(lanes_);
  logger.record("rollout/exploration_rate", scheduled_exploration());
  if (times_due(before, progress_.steps(), settings_.common.target_update_interval) > 0) {
    const ComputeScope scope;
    if (settings_.common.tau == 1)
      target_.copy_from(online_);
    else
      target_.blend(online_, static_cast<float>(settings_.common.tau));
  }
  return due;
}

float QLearner::importance() const {
  return static_cast<float>(progress_.linear(settings_.beta0, 1));
}

void QLearner::update(const std::function<void(MinibatchSlice&, std::size_t)>& compute) {
  pool_->run(settings_.shards, [&](int i) { compute(slices_[usize(i)], usize(i)); });
  std::vector<Tensor> gradients;
  loss_ = 0;
  for (const MinibatchSlice& slice : slices_) {
    gradients.push_back(slice.gradient);
    loss_ += slice.loss;
  }
  if (!std::isfinite(loss_))
    throw Error(
        "the loss is {} after {} updates: learning diverged; a smaller agent.learning_rate "
        "(now {}) may help",
        loss_, progress_.updates(), settings_.common.learning_rate);
  norm_ = optimiser_.step(online_, gradients, progress_.learning_rate(), *pool_);
}

void QLearner::differentiate(const Tensor& loss, MinibatchSlice& slice) const {
  const auto gradients = torch::autograd::grad({loss}, online_.views());
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < gradients.size(); ++i) slice.gradients[i].copy_(gradients[i]);
  slice.loss = loss.item<double>();
}

void QLearner::record_update(double q_mean, Logger& logger) {
  logger.record_mean("train/loss", loss_);
  logger.record_mean("train/q_mean", q_mean);
  logger.record_mean("train/grad_norm", norm_);
  progress_.count_update(logger);
}

void QLearner::records(const Checkpoint& checkpoint) {
  checkpoint.precision(backend_);
  checkpoint.part("agent/online", online_);
  checkpoint.part("agent/target", target_);
  checkpoint.part("agent/optimiser", optimiser_);
  progress_.records(checkpoint);
  checkpoint.value("agent/act_rng", act_rng_);
  if (settings_.repeat_exploration) explorer_.records(checkpoint);
  checkpoint.value("agent/sample_rng", sample_rng_);
}

void QLearner::start_from(const ArchiveReader& player) {
  online_.load(player, "agent/online");
  target_.copy_from(online_);
}

std::unique_ptr<Policy> load_q_policy(const AgentContext& context,
                                      std::shared_ptr<const Network> network,
                                      const ArchiveReader& reader) {
  const Backend backend = make_backend(context.device, network->options().precision);
  Parameters parameters(network->layout(), backend);
  parameters.load(reader, "agent/online");
  return std::make_unique<QPolicy>(std::move(network), parameters, backend, context.env,
                                   context.lanes, read_eval_eps(context.config.section("agent")),
                                   context.seed);
}

}  // namespace tengen
