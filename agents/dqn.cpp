// DQN (Mnih et al. 2015) with the improvements that make Rainbow (Hessel et al. 2018), each of them
// a switch: double, dueling, prioritised, n_steps, noisy, and the distributional heads (C51, QR).
// Settings have Stable-Baselines3's names and defaults where it has them (what makes Rainbow it has
// not). They count the steps of all lanes together; its train_freq counts vectorised steps, so that
// with several lanes ours of lanes · train_freq is the same.
//
// The loss of a minibatch of N transitions (s, a, R, γⁿ, s') is 1/N Σ w · loss(Q(s, a), y) with
//   y  = R + γⁿ Q_target(s', a*), a value, a distribution over atoms, or quantiles,
//   a* = the legal action of largest Q_target(s', ·), or of largest Q(s', ·) (double),
//   w  = the importance weight (prioritised), else 1.
#include "agents/explore.hpp"
#include "agents/frame_stack.hpp"
#include "agents/q_learning.hpp"
#include "agents/registry.hpp"
#include "agents/rows.hpp"
#include "envs/vector_env.hpp"
#include "replay/replay_buffer.hpp"

#include <algorithm>
#include <limits>

namespace tengen {
namespace {

HeadOptions read_head(const Config& agent, const ActionSpace& space) {
  HeadOptions o;
  o.actions = std::get<Discrete>(space).n;
  o.dueling = agent.get<bool>("dueling", false);
  o.noisy = agent.get<bool>("noisy", false);
  if (o.noisy) o.sigma0 = agent.get<float>("noisy_sigma0", 0.5F, 0.0F, 10.0F);
  o.distribution = agent.choice<Distribution>("distribution", "none",
                                              {{"none", Distribution::kNone},
                                               {"categorical", Distribution::kCategorical},
                                               {"quantile", Distribution::kQuantile}});
  if (o.distribution == Distribution::kNone) return o;
  const bool categorical = o.distribution == Distribution::kCategorical;
  o.atoms = agent.get<int>("atoms", categorical ? 51 : 200, 2, 10'000);
  if (!categorical) return o;
  o.v_min = agent.get<float>("v_min", -10.0F);
  o.v_max = agent.get<float>("v_max", 10.0F);
  if (!(o.v_min < o.v_max))
    throw UsageError("agent.v_min = {} must be less than agent.v_max = {}", o.v_min, o.v_max);
  return o;
}

std::shared_ptr<const Network> make_network(const AgentContext& context) {
  const Config agent = context.config.section("agent"), net = context.config.section("net");
  const NetOptions options = read_net(net, context.env.observation, read_frame_stack(agent));
  refuse(net, options, Need::kMemory,
         "dqn replays single steps, from which no memory can be learnt; r2d2 replays sequences");
  return std::make_shared<Network>(options, read_head(agent, context.env.action));
}

// Of single values; the distributional heads have losses of their own.
Loss read_loss(const Config& agent) {
  const Loss loss = agent.choice<Loss>(
      "loss", "huber",
      {{"mse", Loss::kMse}, {"huber", Loss::kHuber}, {"cross_entropy", Loss::kCrossEntropy}});
  if (loss == Loss::kCrossEntropy)
    throw UsageError("agent.loss = \"cross_entropy\" needs agent.distribution = \"categorical\"");
  return loss;
}

// Row i's output for action[i] of batch × actions × outputs: batch × outputs.
Tensor pick(const Tensor& output, const Tensor& action) {
  const Tensor index = action.view({-1, 1, 1}).expand({-1, 1, output.size(2)});
  return output.gather(1, index).squeeze(1);
}

class Dqn final : public Agent {
 public:
  Dqn(const AgentContext& context, const QSettings& settings,
      const std::shared_ptr<const Network>& network);

  StepView slot() override { return slot_ = replay_.slot(); }
  ActionView act() override;
  void learn(Logger& logger) override;
  [[nodiscard]] std::int64_t steps() const override { return learner_.steps(); }
  [[nodiscard]] std::string_view precision() const override { return learner_.precision(); }
  [[nodiscard]] std::unique_ptr<Policy> policy(int lanes) const override {
    return learner_.policy(lanes);
  }
  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override {
    records({writer, directory});
  }
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override {
    records({reader, directory});
    started_ = true;
  }
  void save_policy(ArchiveWriter& writer) const override { learner_.save_policy(writer); }
  void start_from(const ArchiveReader& player) override { learner_.start_from(player); }

 private:
  // What a slice of a minibatch is computed in.
  struct Inputs {
    Tensor now, next;
  };

  void records(const Checkpoint& checkpoint);
  void update(Logger& logger);
  void compute(MinibatchSlice& slice, const Inputs& inputs);
  [[nodiscard]] Tensor targets(const MinibatchSlice& slice, const Tensor& next_input) const;
  [[nodiscard]] Tensor losses(const Tensor& prediction, const Tensor& target) const;
  template <class T>
  [[nodiscard]] Tensor rows_of(const MinibatchSlice& slice, const std::vector<T>& values,
                               std::int64_t width = 1) const;

  QSettings settings_;
  HeadOptions head_;
  Loss loss_ = Loss::kHuber;
  int lanes_;
  QLearner learner_;
  ReplayBuffer replay_;
  QActor actor_;
  ActionMemory action_;
  Noise acting_noise_, online_noise_, next_noise_, target_noise_;
  Rng noise_rng_;
  bool started_ = false;
  StepView slot_;
  std::vector<float> error_;  // by row of the minibatch
  ReplayBatch batch_;
  std::vector<Inputs> inputs_;  // by slice
};

ReplayOptions replay_of(const QSettings& settings, int lanes) {
  ReplayOptions options = replay_options(settings.common, lanes);
  options.prioritised = settings.prioritised;
  options.alpha = settings.alpha;
  return options;
}

Dqn::Dqn(const AgentContext& context, const QSettings& settings,
         const std::shared_ptr<const Network>& network)
    : settings_(settings),
      head_(network->head()),
      lanes_(context.lanes),
      learner_(context, settings, network, 4),
      replay_(context.env, replay_of(settings, context.lanes)),
      actor_(*network, learner_.backend(), context.lanes),
      action_(context.env.action, context.lanes),
      acting_noise_(network->make_noise(learner_.backend())),
      online_noise_(network->make_noise(learner_.backend())),
      next_noise_(network->make_noise(learner_.backend())),
      target_noise_(network->make_noise(learner_.backend())),
      noise_rng_(Rng(context.seed).split(3)),
      error_(usize(settings.common.batch_size)) {
  if (head_.distribution == Distribution::kNone) loss_ = read_loss(context.config.section("agent"));
  const InputFormat& format = network->options().input;
  const torch::ScalarType type = scalar_type(learner_.backend().precision);
  for (const MinibatchSlice& slice : learner_.slices()) {
    const int rows = static_cast<int>(slice.size());
    inputs_.push_back({make_input(format, rows, type), make_input(format, rows, type)});
  }
}

// ---- Acting ----------------------------------------------------------------------------------

ActionView Dqn::act() {
  if (!started_) replay_.start();
  started_ = true;
  const MaskView legal = replay_.newest_legal();
  const auto actions = action_.view().discrete;
  bool greedy = false;
  for (int lane = 0; lane < lanes_; ++lane) {
    actions[usize(lane)] = learner_.explore(lane, legal_row(legal, lane));
    greedy = greedy || actions[usize(lane)] < 0;
  }
  if (!greedy) return action_.view();

  acting_noise_.draw(noise_rng_);
  const auto values = actor_.values(learner_.network(), learner_.online().views(), replay_.newest(),
                                    {.noise = &acting_noise_});
  for (int lane = 0; lane < lanes_; ++lane)
    if (actions[usize(lane)] < 0)
      actions[usize(lane)] =
          best_action(row_of(values, lane, head_.actions), legal_row(legal, lane));
  return action_.view();
}

// ---- Learning --------------------------------------------------------------------------------

void Dqn::learn(Logger& logger) {
  replay_.commit(action_.view(), learner_.stored_rewards(slot_.reward));
  const std::int64_t due = learner_.count_step(logger);
  if (replay_.size() < 1) return;
  for (std::int64_t i = 0; i < due; ++i) update(logger);
}

void Dqn::update(Logger& logger) {
  const ComputeScope scope;
  const int batch = settings_.common.batch_size;
  replay_.sample(batch, learner_.importance(), learner_.sample_rng(), batch_);
  for (Noise* noise : {&online_noise_, &next_noise_, &target_noise_}) noise->draw(noise_rng_);
  learner_.update(
      [&](MinibatchSlice& slice, std::size_t index) { compute(slice, inputs_[index]); });
  if (settings_.prioritised) replay_.update_priorities(batch_.index, error_);
  double q = 0;
  for (const MinibatchSlice& slice : learner_.slices()) q += slice.q / batch;
  learner_.record_update(q, logger);
}

// The slice's rows of a column of the minibatch, on the device.
template <class T>
Tensor Dqn::rows_of(const MinibatchSlice& slice, const std::vector<T>& values,
                    std::int64_t width) const {
  const auto rows = static_cast<std::int64_t>(slice.size());
  const T* data = values.data() + slice.begin * usize(width);
  // torch has no constant tensors; this one is only read.
  return torch::from_blob(const_cast<T*>(data), {rows, width}, torch::CppTypeToScalarType<T>::value)
      .to(learner_.backend().device);
}

// y of every row: rows × 1, × atoms (probabilities), or × quantiles.
Tensor Dqn::targets(const MinibatchSlice& slice, const Tensor& next_input) const {
  const torch::NoGradGuard no_grad;
  const Network& network = learner_.network();
  const Tensor input = next_input.to(learner_.backend().device);
  const Tensor output =
      network.forward(learner_.target().views(), input, {.noise = &target_noise_});
  Tensor values = settings_.double_q
                      ? network.values(learner_.online().views(), input, {.noise = &next_noise_})
                      : expected_values(head_, output);
  if (!batch_.next_legal.empty()) {
    const Tensor illegal = rows_of(slice, batch_.next_legal, head_.actions) == 0;
    values = values.masked_fill(illegal, -std::numeric_limits<float>::infinity());
  }
  const Tensor next = pick(output, values.argmax(1));
  if (head_.distribution != Distribution::kCategorical)
    return rows_of(slice, batch_.reward) + rows_of(slice, batch_.discount) * next;
  return project_categorical(head_, torch::softmax(next, 1),
                             std::span(batch_.reward).subspan(slice.begin, slice.size()),
                             std::span(batch_.discount).subspan(slice.begin, slice.size()));
}

// One loss a row. Prediction and target are rows × outputs.
Tensor Dqn::losses(const Tensor& prediction, const Tensor& target) const {
  switch (head_.distribution) {
    case Distribution::kCategorical:
      return loss_of(Loss::kCrossEntropy, prediction, target);
    case Distribution::kQuantile:
      return quantile_huber(prediction, target);
    case Distribution::kNone:
      break;
  }
  return loss_of(loss_, prediction, target).squeeze(1);
}

void Dqn::compute(MinibatchSlice& slice, const Inputs& inputs) {
  const ComputeScope scope;
  const Network& network = learner_.network();
  const std::size_t stack = usize(settings_.common.stack);
  const auto frames = [&](const std::vector<const std::byte*>& all) {
    return std::span(all).subspan(slice.begin * stack, slice.size() * stack);
  };
  gather(network.options().input, frames(batch_.observation), inputs.now);
  gather(network.options().input, frames(batch_.next_observation), inputs.next);

  const Tensor target = targets(slice, inputs.next);
  Rng dropout = learner_.dropout_of(slice);
  const ForwardMode mode{.noise = &online_noise_, .dropout = &dropout};
  const Tensor output =
      network.forward(learner_.online().views(), inputs.now.to(learner_.backend().device), mode);
  const Tensor action = rows_of(slice, batch_.action).to(torch::kInt64);
  const Tensor prediction = pick(output, action);
  const Tensor each = losses(prediction, target);
  const Tensor weight = rows_of(slice, batch_.weight).squeeze(1);
  learner_.differentiate((each * weight).sum() / settings_.common.batch_size, slice);

  const torch::NoGradGuard no_grad;
  slice.q = expected_values(head_, prediction.unsqueeze(1)).sum().item<double>();
  const bool plain = head_.distribution == Distribution::kNone;
  const Tensor error = (plain ? (prediction - target).abs().squeeze(1) : each).to(torch::kCPU);
  std::ranges::copy(float_span(error.contiguous()), std::span(error_).subspan(slice.begin).begin());
}

void Dqn::records(const Checkpoint& checkpoint) {
  learner_.records(checkpoint);
  checkpoint.replay("agent/replay", replay_);
  checkpoint.value("agent/noise_rng", noise_rng_);
}

std::unique_ptr<Agent> make(const AgentContext& context) {
  const auto network = make_network(context);
  const QSettings settings = read_q_settings(context, {.noisy = network->head().noisy});
  return std::make_unique<Dqn>(context, settings, network);
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader& reader) {
  return load_q_policy(context, make_network(context), reader);
}

constexpr AgentEntry::Usual kUsual = {.vectors = R"(
steps = 100_000
n_envs = 4
[agent]
learning_rate = 1e-3
batch_size = 64
buffer_size = 100_000
learning_starts = 1_000
train_freq = 4
target_update_interval = 500
exploration_fraction = 0.2
exploration_final_eps = 0.04
double = true
[net]
hidden = [128, 128]
)",
                                      .pictures = R"(
steps = 2_000_000
n_envs = 8
eval_freq = 100_000
checkpoint_freq = 100_000
log_freq = 10_000
[agent]
frame_stack = 4
learning_rate = 2.5e-4
buffer_size = 200_000
learning_starts = 20_000
target_update_interval = 2_000
exploration_final_eps = 0.01
optimizer_eps = 1.5e-4
n_steps = 3
double = true
dueling = true
reward_clip = "sign"
[net]
body = "small"
)"};

}  // namespace

AgentEntry dqn_entry() {
  return {
      .name = "dqn",
      .description =
          "deep Q-learning; double, dueling, prioritised, n-step, noisy, C51 and QR by switches",
      .actions = ActionKind::kDiscrete,
      .usual = kUsual,
      .agent = make,
      .policy = load};
}

}  // namespace tengen
