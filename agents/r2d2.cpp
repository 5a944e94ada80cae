// R2D2 (Kapturowski et al. 2019): double, dueling Q-learning of a network with memory, from
// prioritised sequences that start with the recurrent state the actor had there and burn in before
// they are learned from. There is one actor of many lanes; the memory sees what the encoder makes
// of observations, not the last action and reward. Settings have dqn's names where it has them
// (batch_size counts sequences); its own are
//   sequence_length   rows of a sequence that are learned from
//   burn_in           rows before them that only bring the state up to date
//   sequence_period   steps from one sequence's start to the next; half of sequence_length
//   prioritised_eta   a sequence's priority is η max |δ| + (1 − η) mean |δ|
//   value_rescaling   learn h(return), see rescale()
// and in [net] recurrent ("gru" or "lstm") and recurrent_size. The loss is the mean over the rows
// of a minibatch of w · loss(Q(s, a), y), 0 for rows without an action, where w is the importance
// weight of the row's sequence, and y the row's target of sequence_targets().
#include "agents/explore.hpp"
#include "agents/frame_stack.hpp"
#include "agents/q_learning.hpp"
#include "agents/registry.hpp"
#include "agents/returns.hpp"
#include "agents/rows.hpp"
#include "envs/vector_env.hpp"
#include "replay/sequence_buffer.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

struct R2d2Settings {
  QSettings q;
  SequenceOptions replay;
  SequenceTargetOptions target;
  Loss loss = Loss::kHuber;
  float eta = 0.9F;
};

R2d2Settings read_settings(const AgentContext& context, int state_size) {
  const Config agent = context.config.section("agent");
  R2d2Settings s;
  s.q = read_q_settings(context, {.refined = true, .two_shards_from = 2});
  const OffPolicySettings& common = s.q.common;
  s.replay = {.capacity = common.buffer_size,
              .lanes = context.lanes,
              .stack = common.stack,
              .burn_in = agent.get<int>("burn_in", 20, 0, 10'000),
              .length = agent.get<int>("sequence_length", 40, 2, 10'000),
              .state_size = state_size,
              .prioritised = s.q.prioritised,
              .alpha = s.q.alpha,
              .expected = common.total_steps};
  s.replay.period = agent.get<int>("sequence_period", s.replay.length / 2, 1, s.replay.length);
  if (s.q.prioritised) s.eta = agent.get<float>("prioritised_eta", s.eta, 0.0F, 1.0F);
  s.target = {common.gamma, common.n_steps, agent.get<bool>("value_rescaling", false)};
  s.loss = agent.choice<Loss>("loss", "huber", {{"huber", Loss::kHuber}, {"mse", Loss::kMse}});
  const int rows = s.replay.burn_in + s.replay.length;
  if (const std::int64_t least = std::int64_t{rows} * context.lanes; common.buffer_size < least)
    throw UsageError(
        "agent.buffer_size = {} holds no sequence: agent.burn_in + agent.sequence_length = {} "
        "steps in each of {} lanes take {}",
        common.buffer_size, rows, context.lanes, least);
  return s;
}

std::shared_ptr<const Network> make_network(const AgentContext& context) {
  const Config agent = context.config.section("agent"), net = context.config.section("net");
  NetOptions options = read_net(net, context.env.observation, read_frame_stack(agent));
  read_recurrent(net, "gru", options);
  refuse(net, options, Need::kNoise,
         "r2d2 explores at random, and its networks take no noisy layers");
  if (!options.needs(Need::kMemory))
    throw UsageError(
        "net.recurrent = \"none\": r2d2 learns to remember, with \"gru\" or \"lstm\"; "
        "without memory there is dqn");
  const HeadOptions head{.actions = std::get<Discrete>(context.env.action).n,
                         .dueling = agent.get<bool>("dueling", true)};
  return std::make_shared<Network>(options, head);
}

// What a slice of a minibatch is computed in. Tensors are time-major: row t · columns + c is row t
// of the slice's sequence c. All but the inputs leave out the burn-in.
struct Buffers {
  std::vector<const std::byte*> frames;
  Tensor input, keep, state;
  Tensor action, target, weight;
  std::vector<float> value, targets, error;  // one sequence's
  std::int64_t acted = 0;                    // rows with an action
};

class R2d2 final : public Agent {
 public:
  R2d2(const AgentContext& context, const R2d2Settings& settings,
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
  void records(const Checkpoint& checkpoint);
  [[nodiscard]] Buffers make_buffers(const MinibatchSlice& slice) const;
  void update(Logger& logger);
  void compute(MinibatchSlice& slice, Buffers& buffers);
  void fetch(const MinibatchSlice& slice, Buffers& buffers) const;
  void set_targets(const MinibatchSlice& slice, Buffers& buffers, const Tensor& online,
                   const Tensor& target) const;
  void set_errors(MinibatchSlice& slice, Buffers& buffers, const Tensor& prediction);
  // The first row after the burn-in of sequence `c` of a slice, in the minibatch's columns.
  [[nodiscard]] std::size_t first_row(const MinibatchSlice& slice, std::size_t c) const {
    return (slice.begin + c) * usize(batch_.rows()) + usize(batch_.burn_in);
  }

  R2d2Settings settings_;
  int lanes_, actions_;
  QLearner learner_;
  SequenceBuffer replay_;
  QActor actor_;
  ActionMemory action_;
  bool started_ = false;
  StepView slot_;
  std::vector<std::uint8_t> first_;  // lanes
  std::vector<float> error_;         // by sequence of the minibatch
  SequenceBatch batch_;
  std::vector<Buffers> buffers_;  // by slice
};

R2d2::R2d2(const AgentContext& context, const R2d2Settings& settings,
           const std::shared_ptr<const Network>& network)
    : settings_(settings),
      lanes_(context.lanes),
      actions_(network->head().actions),
      learner_(context, settings.q, network, 3),
      replay_(context.env, settings.replay),
      actor_(*network, learner_.backend(), context.lanes),
      action_(context.env.action, context.lanes),
      first_(usize(context.lanes)),
      error_(usize(settings.q.common.batch_size)) {
  for (const MinibatchSlice& slice : learner_.slices()) buffers_.push_back(make_buffers(slice));
}

Buffers R2d2::make_buffers(const MinibatchSlice& slice) const {
  const SequenceOptions& replay = settings_.replay;
  const auto columns = static_cast<std::int64_t>(slice.size());
  const std::int64_t learned = replay.length + 1, rows = replay.burn_in + learned;
  Buffers b;
  b.frames.resize(usize(rows * columns * replay.stack));
  b.input = make_input(learner_.network().options().input, static_cast<int>(rows * columns),
                       scalar_type(learner_.backend().precision));
  b.keep = torch::zeros({rows, columns});
  b.state = torch::zeros({columns, replay.state_size});
  b.action = torch::zeros({learned * columns, 1}, torch::kInt64);
  b.target = torch::zeros({learned * columns, 1});
  b.weight = torch::zeros({learned * columns, 1});
  b.value.resize(usize(learned));
  b.targets.resize(usize(learned));
  b.error.reserve(usize(learned));
  return b;
}

// ---- Acting ----------------------------------------------------------------------------------

ActionView R2d2::act() {
  if (!started_) replay_.start();
  started_ = true;
  replay_.remember(actor_.state());
  for (int lane = 0; lane < lanes_; ++lane)
    first_[usize(lane)] = replay_.newest_starts(lane) ? 1 : 0;
  // Also where every lane explores: the memory must see every observation.
  const auto values =
      actor_.values(learner_.network(), learner_.online().views(), replay_.newest(), first_);

  const MaskView legal = replay_.newest_legal();
  for (int lane = 0; lane < lanes_; ++lane) {
    const auto mask = legal_row(legal, lane);
    const std::int32_t random = learner_.explore(lane, mask);
    action_.view().discrete[usize(lane)] =
        random >= 0 ? random : best_action(row_of(values, lane, actions_), mask);
  }
  return action_.view();
}

// ---- Learning --------------------------------------------------------------------------------

void R2d2::learn(Logger& logger) {
  replay_.commit(action_.view(), learner_.stored_rewards(slot_.reward));
  const std::int64_t due = learner_.count_step(logger);
  if (replay_.size() < 1) return;
  for (std::int64_t i = 0; i < due; ++i) update(logger);
}

void R2d2::update(Logger& logger) {
  const ComputeScope scope;
  replay_.sample(settings_.q.common.batch_size, learner_.importance(), learner_.sample_rng(),
                 batch_);
  learner_.update(
      [&](MinibatchSlice& slice, std::size_t index) { compute(slice, buffers_[index]); });
  replay_.update_priorities(batch_.index, error_);
  double q = 0;
  std::int64_t acted = 0;
  for (const MinibatchSlice& slice : learner_.slices()) q += slice.q;
  for (const Buffers& buffers : buffers_) acted += buffers.acted;
  learner_.record_update(q / static_cast<double>(acted), logger);
}

// The slice's sequences as the network takes them.
void R2d2::fetch(const MinibatchSlice& slice, Buffers& b) const {
  const std::size_t rows = usize(batch_.rows()), columns = slice.size();
  const std::size_t stack = usize(batch_.stack);
  const auto keep = float_span(b.keep);
  for (std::size_t t = 0; t < rows; ++t)
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t from = (slice.begin + c) * rows + t, to = t * columns + c;
      std::ranges::copy(row_of(batch_.observation, from, stack),
                        row_of(b.frames, to, stack).begin());
      keep[to] = batch_.keep[from];
    }
  gather(learner_.network().options().input, b.frames, b.input);
  const auto state = float_span(b.state);
  const std::size_t size = state.size() / columns;
  std::ranges::copy(std::span(batch_.state).subspan(slice.begin * size, state.size()),
                    state.begin());
}

void R2d2::compute(MinibatchSlice& slice, Buffers& b) {
  const ComputeScope scope;
  fetch(slice, b);
  const Network& network = learner_.network();
  const torch::Device device = learner_.backend().device;
  const Tensor input = b.input.to(device), keep = b.keep.to(device);
  const auto columns = static_cast<std::int64_t>(slice.size());
  const std::int64_t burn_in = settings_.replay.burn_in, length = settings_.replay.length;
  const auto after_burn_in = [&](const Tensor& all, std::int64_t unit) {
    return all.narrow(0, burn_in * unit, (length + 1) * unit);
  };
  Tensor state = b.state.to(device), target;
  {
    const torch::NoGradGuard no_grad;
    target = network.forward(learner_.target().views(), input, state, keep).output;
    if (burn_in > 0)
      state = network
                  .forward(learner_.online().views(), input.narrow(0, 0, burn_in * columns), state,
                           keep.narrow(0, 0, burn_in))
                  .state;
  }
  Rng dropout = learner_.dropout_of(slice);
  const Tensor online =
      network
          .forward(learner_.online().views(), after_burn_in(input, columns), state,
                   after_burn_in(keep, 1), {.noise = nullptr, .dropout = &dropout})
          .output.squeeze(2);
  const auto on_host = [](const Tensor& tensor) {
    return tensor.detach().to(torch::kCPU).contiguous();
  };
  set_targets(slice, b, on_host(online), on_host(after_burn_in(target.squeeze(2), columns)));
  const Tensor prediction = online.gather(1, b.action.to(device));
  const Tensor each = loss_of(settings_.loss, prediction, b.target.to(device));
  const auto rows =
      static_cast<double>(settings_.q.common.batch_size) * static_cast<double>(length);
  learner_.differentiate((each * b.weight.to(device)).sum() / rows, slice);
  set_errors(slice, b, on_host(prediction));
}

// Actions, targets and weights of the rows after the burn-in; rows without an action weigh nothing.
// `online` and `target` are what the two networks say of those rows.
void R2d2::set_targets(const MinibatchSlice& slice, Buffers& b, const Tensor& online,
                       const Tensor& target) const {
  const std::size_t length = b.value.size(), columns = slice.size();
  const auto valuing = float_span(target);
  const auto choosing = settings_.q.double_q ? float_span(online) : valuing;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t first = first_row(slice, c);
    for (std::size_t t = 0; t < length; ++t) {
      const std::size_t at = t * columns + c;
      std::span<const std::uint8_t> legal;
      if (!batch_.legal.empty()) legal = row_of(batch_.legal, first + t, actions_);
      const std::int32_t best = best_action(row_of(choosing, at, actions_), legal);
      b.value[t] = row_of(valuing, at, actions_)[usize(best)];
    }
    const auto rows = [&](const auto& column) { return std::span(column).subspan(first, length); };
    sequence_targets(rows(batch_.reward), rows(batch_.terminated), rows(batch_.acted), b.value,
                     settings_.target, b.targets);
    for (std::size_t t = 0; t < length; ++t) {
      const std::size_t to = t * columns + c;
      b.action.data_ptr<std::int64_t>()[to] = batch_.action[first + t];
      float_span(b.target)[to] = b.targets[t];
      const bool acted = batch_.acted[first + t] != 0;
      float_span(b.weight)[to] = acted ? batch_.weight[slice.begin + c] : 0.0F;
    }
  }
}

void R2d2::set_errors(MinibatchSlice& slice, Buffers& b, const Tensor& prediction) {
  slice.q = 0, b.acted = 0;
  for (std::size_t c = 0; c < slice.size(); ++c) {
    b.error.clear();
    for (std::size_t t = 0; t < b.value.size(); ++t) {
      if (batch_.acted[first_row(slice, c) + t] == 0) continue;
      const std::size_t at = t * slice.size() + c;
      b.error.push_back(std::abs(float_span(prediction)[at] - float_span(b.target)[at]));
      slice.q += float_span(prediction)[at];
    }
    b.acted += std::ssize(b.error);
    error_[slice.begin + c] = sequence_error(b.error, settings_.eta);
  }
}

void R2d2::records(const Checkpoint& checkpoint) {
  learner_.records(checkpoint);
  checkpoint.replay("agent/replay", replay_);
  checkpoint.values("agent/state", actor_.state());
}

std::unique_ptr<Agent> make(const AgentContext& context) {
  const auto network = make_network(context);
  return std::make_unique<R2d2>(context, read_settings(context, network->state_size()), network);
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader& reader) {
  return load_q_policy(context, make_network(context), reader);
}

constexpr AgentEntry::Usual kUsual = {.vectors = R"(
steps = 200_000
n_envs = 16
[agent]
learning_rate = 1e-3
buffer_size = 50_000
learning_starts = 1_000
batch_size = 32
burn_in = 4
sequence_length = 16
train_freq = 16
target_update_interval = 1_000
exploration_fraction = 0.2
exploration_final_eps = 0.02
[net]
hidden = [64]
recurrent = "gru"
recurrent_size = 64
)",
                                      .pictures = R"(
steps = 2_000_000
n_envs = 16
eval_freq = 100_000
checkpoint_freq = 100_000
log_freq = 10_000
[agent]
learning_rate = 2e-4
buffer_size = 200_000
learning_starts = 20_000
batch_size = 16
train_freq = 64
target_update_interval = 5_000
exploration_final_eps = 0.01
reward_clip = "sign"
[net]
body = "small"
recurrent = "gru"
recurrent_size = 128
)"};

}  // namespace

AgentEntry r2d2_entry() {
  return {.name = "r2d2",
          .description =
              "deep Q-learning with memory: prioritised sequences, stored state, "
              "burn-in",
          .actions = ActionKind::kDiscrete,
          .usual = kUsual,
          .agent = make,
          .policy = load};
}

}  // namespace tengen
