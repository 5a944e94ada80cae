// R2D2 (Kapturowski et al. 2019): double, dueling Q-learning of a network with memory, from
// prioritised sequences that start with the recurrent state the actor had there and burn in before
// they are learned from. One actor, many lanes; the memory sees what the encoder makes of
// observations, not the last action and reward. Settings have dqn's names where it has them.
#include "agents/r2d2.hpp"

#include "agents/explore.hpp"
#include "agents/q_policy.hpp"
#include "agents/returns.hpp"
#include "agents/schedules.hpp"
#include "envs/vector_env.hpp"
#include "nets/losses.hpp"
#include "nets/optimisers.hpp"
#include "replay/sequence_buffer.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

struct R2d2Options {
  std::int64_t total_steps = 0;
  double learning_rate = 1e-4;
  bool anneal = false;  // learning_rate falls to 0 over the run
  std::int64_t learning_starts = 100;
  int batch_size = 32, shards = 1;  // sequences
  double tau = 1;
  int train_freq = 4, gradient_steps = 1;
  std::int64_t target_update_interval = 10'000;
  double exploration_fraction = 0.1, initial_eps = 1, final_eps = 0.05;
  bool clip_reward = false;  // to its sign
  bool double_q = true;
  float eta = 0.9F;    // a sequence's priority: of the largest error against the mean one
  double beta0 = 0.4;  // importance exponent, rises to 1 over the run
  Loss loss = Loss::kHuber;
  float eval_eps = 0;
  SequenceTargetOptions target;
  SequenceOptions replay;
  HeadOptions head;
  OptimiserOptions optimiser;
  NetOptions net;
};

SequenceOptions read_replay(const Config& agent, int lanes) {
  SequenceOptions o;
  o.lanes = lanes;
  o.capacity = agent.get<std::int64_t>("buffer_size", 1'000'000, lanes, 1'000'000'000);
  o.stack = agent.get<int>("frame_stack", 1, 1, 64);
  o.length = agent.get<int>("sequence_length", 40, 2, 10'000);
  o.burn_in = agent.get<int>("burn_in", 20, 0, 10'000);
  o.period = agent.get<int>("sequence_period", o.length / 2, 1, o.length);
  o.prioritised = agent.get<bool>("prioritised", true);
  if (o.prioritised) o.alpha = agent.get<float>("prioritised_alpha", 0.6F, 0.0F, 1.0F);
  return o;
}

void read_network(const AgentContext& context, R2d2Options& o) {
  const Config net = context.config.section("net");
  o.net = read_net(net, context.env.observation, o.replay.stack);
  read_recurrent(net, "gru", o.net);
  refuse(net, o.net, Need::kNoise,
         "r2d2 explores at random, and its networks take no noisy layers");
  if (!o.net.needs(Need::kMemory))
    throw UsageError(
        "net.recurrent = \"none\": r2d2 learns to remember, with \"gru\" or \"lstm\"; without "
        "memory there is dqn");
  o.replay.state_size = o.net.state_size();
  o.head.actions = std::get<Discrete>(context.env.action).n;
}

R2d2Options read_options(const AgentContext& context) {
  if (!std::holds_alternative<Discrete>(context.env.action))
    throw UsageError("r2d2 chooses among discrete actions; {} has continuous ones",
                     context.env.name);
  const Config agent = context.config.section("agent");
  R2d2Options o;
  o.total_steps = context.config.get<std::int64_t>("steps", 1'000'000);
  o.learning_rate = agent.get<double>("learning_rate", 1e-4, 0.0, 10.0);
  o.anneal = agent.choice("learning_rate_schedule", "constant", {"constant", "linear"}) == "linear";
  o.learning_starts = agent.get<std::int64_t>("learning_starts", 100, 0, 1'000'000'000);
  o.batch_size = agent.get<int>("batch_size", 32, 1, 65536);
  o.shards = agent.get<int>("shards", o.batch_size >= 2 ? 2 : 1, 1, o.batch_size);
  o.tau = agent.get<double>("tau", 1.0, 0.0, 1.0);
  o.train_freq = agent.get<int>("train_freq", 4, 1, 1'000'000);
  o.gradient_steps = agent.get<int>("gradient_steps", 1, -1, 1'000'000);
  if (o.gradient_steps == -1) o.gradient_steps = o.train_freq;
  o.target_update_interval =
      agent.get<std::int64_t>("target_update_interval", 10'000, 1, 1'000'000'000);
  o.exploration_fraction = agent.get<double>("exploration_fraction", 0.1, 0.0, 1.0);
  o.initial_eps = agent.get<double>("exploration_initial_eps", 1.0, 0.0, 1.0);
  o.final_eps = agent.get<double>("exploration_final_eps", 0.05, 0.0, 1.0);
  o.clip_reward = agent.choice("reward_clip", "none", {"none", "sign"}) == "sign";
  o.double_q = agent.get<bool>("double", true);
  o.head.dueling = agent.get<bool>("dueling", true);
  o.target = {.gamma = agent.get<float>("gamma", 0.99F, 0.0F, 1.0F),
              .n_steps = agent.get<int>("n_steps", 1, 1, 1000),
              .rescaling = agent.get<bool>("value_rescaling", false)};
  o.replay = read_replay(agent, context.lanes);
  o.replay.expected = o.total_steps;
  if (o.replay.prioritised) {
    o.eta = agent.get<float>("prioritised_eta", 0.9F, 0.0F, 1.0F);
    o.beta0 = agent.get<double>("prioritised_beta0", 0.4, 0.0, 1.0);
  }
  o.loss = agent.choice<Loss>("loss", "huber", {{"huber", Loss::kHuber}, {"mse", Loss::kMse}});
  o.eval_eps = agent.get<float>("eval_eps", 0.0F, 0.0F, 1.0F);
  o.optimiser = read_optimiser(agent, {.max_grad_norm = 10});
  read_network(context, o);
  return o;
}

std::span<float> floats(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

class R2d2 final : public Agent {
 public:
  R2d2(const AgentContext& context, const R2d2Options& options);

  StepView slot() override {
    slot_ = replay_.slot();
    return slot_;
  }
  ActionView act() override;
  void learn(Logger& logger) override;
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  [[nodiscard]] std::string_view precision() const override { return name_of(backend_.precision); }
  [[nodiscard]] std::unique_ptr<Policy> policy(int lanes) const override {
    return std::make_unique<QPolicy>(network_, online_, backend_, env_, lanes, options_.eval_eps,
                                     seed_);
  }
  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override;
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override;
  void save_policy(ArchiveWriter& writer) const override { online_.save(writer, "agent/online"); }
  void start_from(const ArchiveReader& player) override {
    online_.load(player, "agent/online");
    target_.copy_from(online_);
  }

 private:
  // A fixed slice of every minibatch's sequences, computed by one thread. Tensors are time-major:
  // row t · columns + c is row t of the slice's sequence c.
  struct Shard {
    std::size_t begin = 0, end = 0;
    std::vector<const std::byte*> frames;
    Tensor input, keep, state;
    // Of the rows that are learned from, and the one after them.
    Tensor action, target, weight;
    std::vector<float> value, targets, error;  // one sequence's
    Tensor gradient;                           // flat
    ParameterViews gradients;                  // views of it
    Rng dropout;
    double loss = 0, q = 0;  // sums over the slice
    std::int64_t count = 0;  // rows with an action

    [[nodiscard]] std::size_t columns() const { return end - begin; }
  };

  [[nodiscard]] Shard make_shard(std::size_t index, Rng dropout) const;
  [[nodiscard]] double epsilon() const;
  void update(Logger& logger);
  void compute(Shard& shard);
  void fetch(Shard& shard) const;
  void set_targets(Shard& shard, const Tensor& online, const Tensor& target) const;
  void set_errors(Shard& shard, const Tensor& prediction);

  R2d2Options options_;
  EnvSpec env_;
  WorkerPool* pool_;
  std::uint64_t seed_;
  int lanes_;
  Backend backend_;
  std::shared_ptr<const Network> network_;
  Parameters online_, target_;
  Optimiser optimiser_;
  SequenceBuffer replay_;
  QActor actor_;
  ActionMemory action_;

  ScheduleClock schedule_;
  std::int64_t steps_ = 0, updates_ = 0;
  Rng act_rng_, sample_rng_;
  bool started_ = false;
  StepView slot_;
  std::vector<std::uint8_t> first_;  // lanes
  std::vector<float> reward_, error_;
  SequenceBatch batch_;
  std::vector<Shard> shards_;
};

R2d2::R2d2(const AgentContext& context, const R2d2Options& options)
    : options_(options),
      env_(context.env),
      pool_(context.pool),
      seed_(context.seed),
      lanes_(context.lanes),
      backend_(make_backend(context.device, options.net.precision)),
      network_(std::make_shared<Network>(options.net, options.head)),
      online_(network_->layout(), backend_),
      target_(network_->layout(), backend_),
      optimiser_(options.optimiser, network_->layout(), backend_),
      replay_(context.env, options.replay),
      actor_(*network_, backend_, lanes_),
      action_(context.env.action, lanes_),
      schedule_(options.total_steps),
      first_(static_cast<std::size_t>(lanes_)),
      reward_(static_cast<std::size_t>(lanes_)),
      error_(static_cast<std::size_t>(options.batch_size)) {
  const Rng root(seed_);
  online_.initialise(root.split(0));
  target_.copy_from(online_);
  act_rng_ = root.split(1);
  sample_rng_ = root.split(2);
  for (std::size_t i = 0; i < static_cast<std::size_t>(options.shards); ++i)
    shards_.push_back(make_shard(i, root.split(3 + i)));
}

R2d2::Shard R2d2::make_shard(std::size_t index, Rng dropout) const {
  const auto batch = static_cast<std::size_t>(options_.batch_size);
  const auto count = static_cast<std::size_t>(options_.shards);
  const SequenceOptions& replay = options_.replay;
  Shard shard;
  shard.begin = index * batch / count;
  shard.end = (index + 1) * batch / count;
  const auto columns = static_cast<std::int64_t>(shard.columns());
  const std::int64_t learned = replay.length + 1, rows = replay.burn_in + learned;
  shard.frames.resize(static_cast<std::size_t>(rows * columns * replay.stack));
  shard.input = make_input(options_.net.input, static_cast<int>(rows * columns),
                           scalar_type(backend_.precision));
  shard.keep = torch::zeros({rows, columns});
  shard.state = torch::zeros({columns, replay.state_size});
  shard.action = torch::zeros({learned * columns, 1}, torch::kInt64);
  shard.target = torch::zeros({learned * columns, 1});
  shard.weight = torch::zeros({learned * columns, 1});
  shard.value.resize(static_cast<std::size_t>(learned));
  shard.targets.resize(static_cast<std::size_t>(learned));
  shard.error.reserve(static_cast<std::size_t>(learned));
  shard.gradient = torch::zeros_like(online_.flat(), scalar_type(backend_.precision));
  shard.gradients = views_of(network_->layout(), shard.gradient);
  shard.dropout = dropout;
  return shard;
}

// ---- Acting ----------------------------------------------------------------------------------

double R2d2::epsilon() const {
  return linear(options_.initial_eps, options_.final_eps, schedule_.at(steps_),
                options_.exploration_fraction * schedule_.total());
}

ActionView R2d2::act() {
  if (!started_) replay_.start();
  started_ = true;
  replay_.remember(actor_.state());
  for (int lane = 0; lane < lanes_; ++lane)
    first_[static_cast<std::size_t>(lane)] = replay_.newest_starts(lane) ? 1 : 0;
  // Also where every lane explores: the memory must see every observation.
  const auto values = actor_.values(*network_, online_.views(), replay_.newest(), first_);

  const MaskView legal = replay_.newest_legal();
  const double eps = steps_ < options_.learning_starts ? 1.0 : epsilon();
  const int actions = options_.head.actions;
  const auto n = static_cast<std::size_t>(actions);
  for (int lane = 0; lane < lanes_; ++lane) {
    const auto i = static_cast<std::size_t>(lane);
    const auto mask = legal_row(legal, lane);
    action_.view().discrete[i] = act_rng_.chance(eps) ? random_action(actions, mask, act_rng_)
                                                      : best_action(values.subspan(i * n, n), mask);
  }
  return action_.view();
}

// ---- Learning --------------------------------------------------------------------------------

void R2d2::learn(Logger& logger) {
  for (std::size_t i = 0; i < reward_.size(); ++i) {
    const float r = slot_.reward[i];
    reward_[i] = options_.clip_reward ? static_cast<float>((r > 0) - (r < 0)) : r;
  }
  replay_.commit(action_.view(), reward_);
  const std::int64_t before = steps_;
  steps_ += lanes_;
  logger.record("rollout/exploration_rate", epsilon());

  if (times_due(before, steps_, options_.target_update_interval) > 0) {
    const ComputeScope scope;
    if (options_.tau == 1)
      target_.copy_from(online_);
    else
      target_.blend(online_, static_cast<float>(options_.tau));
  }
  if (steps_ <= options_.learning_starts || replay_.size() < 1) return;
  const std::int64_t due = times_due(before, steps_, options_.train_freq) * options_.gradient_steps;
  for (std::int64_t i = 0; i < due; ++i) update(logger);
}

void R2d2::update(Logger& logger) {
  const ComputeScope scope;
  const double now = schedule_.at(steps_), total = schedule_.total();
  const double beta = linear(options_.beta0, 1, now, total);
  replay_.sample(options_.batch_size, static_cast<float>(beta), sample_rng_, batch_);

  pool_->run(options_.shards, [&](int i) { compute(shards_[static_cast<std::size_t>(i)]); });
  std::vector<Tensor> gradients;
  double loss = 0, q = 0;
  std::int64_t count = 0;
  for (const Shard& shard : shards_) {
    gradients.push_back(shard.gradient);
    loss += shard.loss;
    q += shard.q;
    count += shard.count;
  }
  if (!std::isfinite(loss))
    throw Error(
        "the loss is {} after {} updates: learning diverged; a smaller agent.learning_rate "
        "(now {}) may help",
        loss, updates_, options_.learning_rate);
  const double rate =
      options_.anneal ? linear(options_.learning_rate, 0, now, total) : options_.learning_rate;
  const double norm = optimiser_.step(online_, gradients, rate, *pool_);
  replay_.update_priorities(batch_.index, error_);
  ++updates_;

  logger.record_mean("train/loss", loss);
  logger.record_mean("train/q_mean", q / static_cast<double>(count));
  logger.record_mean("train/grad_norm", norm);
  logger.record("train/learning_rate", rate);
  logger.record("train/n_updates", static_cast<double>(updates_));
}

// The shard's sequences as the network takes them.
void R2d2::fetch(Shard& shard) const {
  const auto rows = static_cast<std::size_t>(batch_.rows());
  const std::size_t columns = shard.columns();
  const auto stack = static_cast<std::size_t>(batch_.stack);
  const auto keep = floats(shard.keep);
  for (std::size_t t = 0; t < rows; ++t)
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t from = (shard.begin + c) * rows + t, to = t * columns + c;
      for (std::size_t k = 0; k < stack; ++k)
        shard.frames[to * stack + k] = batch_.observation[from * stack + k];
      keep[to] = batch_.keep[from];
    }
  gather(options_.net.input, shard.frames, shard.input);
  const auto state = floats(shard.state);
  std::ranges::copy(
      std::span(batch_.state).subspan(shard.begin * state.size() / columns, state.size()),
      state.begin());
}

void R2d2::compute(Shard& shard) {
  const ComputeScope scope;
  fetch(shard);
  const torch::Device device = backend_.device;
  const Tensor input = shard.input.to(device), keep = shard.keep.to(device);
  const auto columns = static_cast<std::int64_t>(shard.columns());
  const std::int64_t burn_in = options_.replay.burn_in, length = options_.replay.length;
  const auto last = [&](const Tensor& all, std::int64_t unit) {  // all but the burn-in
    return all.narrow(0, burn_in * unit, (length + 1) * unit);
  };
  Tensor state = shard.state.to(device), target;
  {
    const torch::NoGradGuard no_grad;
    target = network_->forward(target_.views(), input, state, keep).output;
    if (burn_in > 0)
      state = network_
                  ->forward(online_.views(), input.narrow(0, 0, burn_in * columns), state,
                            keep.narrow(0, 0, burn_in))
                  .state;
  }
  Rng dropout = shard.dropout.split(static_cast<std::uint64_t>(updates_));
  const Tensor online = network_
                            ->forward(online_.views(), last(input, columns), state, last(keep, 1),
                                      {.noise = nullptr, .dropout = &dropout})
                            .output.squeeze(2);
  const auto on_host = [](const Tensor& tensor) {
    return tensor.detach().to(torch::kCPU).contiguous();
  };
  set_targets(shard, on_host(online), on_host(last(target.squeeze(2), columns)));
  const Tensor prediction = online.gather(1, shard.action.to(device));
  const Tensor each = loss_of(options_.loss, prediction, shard.target.to(device));
  const auto rows = static_cast<double>(options_.batch_size) * static_cast<double>(length);
  const Tensor loss = (each * shard.weight.to(device)).sum() / rows;
  const auto gradients = torch::autograd::grad({loss}, online_.views());

  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < gradients.size(); ++i) shard.gradients[i].copy_(gradients[i]);
  shard.loss = loss.item<double>();
  set_errors(shard, on_host(prediction));
}

// Actions, targets and weights of the rows after the burn-in; rows without an action weigh
// nothing. `online` and `target`: what the two networks say of those rows.
void R2d2::set_targets(Shard& shard, const Tensor& online, const Tensor& target) const {
  const auto rows = static_cast<std::size_t>(batch_.rows()), length = shard.value.size();
  const auto actions = static_cast<std::size_t>(options_.head.actions);
  const std::size_t columns = shard.columns();
  const auto choosing = floats(options_.double_q ? online : target), judging = floats(target);
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t first = (shard.begin + c) * rows + rows - length;
    for (std::size_t t = 0; t < length; ++t) {
      const std::size_t at = (t * columns + c) * actions;
      const auto legal = batch_.legal.empty()
                             ? std::span<const std::uint8_t>()
                             : std::span(batch_.legal).subspan((first + t) * actions, actions);
      const auto best = best_action(choosing.subspan(at, actions), legal);
      shard.value[t] = judging[at + static_cast<std::size_t>(best)];
    }
    const auto of = [&](const auto& column) { return std::span(column).subspan(first, length); };
    sequence_targets(of(batch_.reward), of(batch_.terminated), of(batch_.acted), shard.value,
                     options_.target, shard.targets);
    for (std::size_t t = 0; t < length; ++t) {
      const std::size_t to = t * columns + c;
      const bool acted = batch_.acted[first + t] != 0;
      shard.action.data_ptr<std::int64_t>()[to] = batch_.action[first + t];
      floats(shard.target)[to] = shard.targets[t];
      floats(shard.weight)[to] = acted ? batch_.weight[shard.begin + c] : 0.0F;
    }
  }
}

void R2d2::set_errors(Shard& shard, const Tensor& prediction) {
  const std::size_t columns = shard.columns(), length = shard.value.size();
  const auto rows = static_cast<std::size_t>(batch_.rows());
  shard.q = 0;
  shard.count = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t first = (shard.begin + c) * rows + rows - length;
    shard.error.clear();
    for (std::size_t t = 0; t < length; ++t) {
      if (batch_.acted[first + t] == 0) continue;
      const std::size_t at = t * columns + c;
      shard.error.push_back(std::abs(floats(prediction)[at] - floats(shard.target)[at]));
      shard.q += floats(prediction)[at];
    }
    shard.count += static_cast<std::int64_t>(shard.error.size());
    error_[shard.begin + c] = sequence_error(shard.error, options_.eta);
  }
}

// ---- Saving ----------------------------------------------------------------------------------

void R2d2::save(ArchiveWriter& writer, const std::filesystem::path& directory) {
  writer.put_string("agent/precision", name_of(backend_.precision));
  online_.save(writer, "agent/online");
  target_.save(writer, "agent/target");
  optimiser_.save(writer, "agent/optimiser");
  replay_.save(writer, "agent/replay", directory);
  writer.put_span("agent/state", std::span<const float>(actor_.state()));
  writer.put("agent/steps", steps_);
  writer.put("agent/updates", updates_);
  schedule_.save(writer, "agent/schedule");
  writer.put("agent/act_rng", act_rng_);
  writer.put("agent/sample_rng", sample_rng_);
}

void R2d2::load(const ArchiveReader& reader, const std::filesystem::path& directory) {
  compare_precision(reader, backend_);
  online_.load(reader, "agent/online");
  target_.load(reader, "agent/target");
  optimiser_.load(reader, "agent/optimiser");
  replay_.load(reader, "agent/replay", directory);
  reader.check("agent/replay/now", replay_.now() >= 0);
  reader.get_span("agent/state", actor_.state());
  steps_ = reader.count("agent/steps");
  updates_ = reader.count("agent/updates");
  schedule_.load(reader, "agent/schedule", steps_);
  act_rng_ = reader.get<Rng>("agent/act_rng");
  sample_rng_ = reader.get<Rng>("agent/sample_rng");
  started_ = true;
}

}  // namespace

std::unique_ptr<Agent> make_r2d2(const AgentContext& context) {
  const R2d2Options options = read_options(context);
  const SequenceOptions& replay = options.replay;
  const int rows = replay.burn_in + replay.length;
  if (const std::int64_t least = std::int64_t{rows} * replay.lanes; replay.capacity < least)
    throw UsageError(
        "agent.buffer_size = {} holds no sequence: agent.burn_in + agent.sequence_length = {} "
        "steps in each of {} lanes take {}",
        replay.capacity, rows, replay.lanes, least);
  return std::make_unique<R2d2>(context, options);
}

std::unique_ptr<Policy> load_r2d2_policy(const AgentContext& context, const ArchiveReader& reader) {
  const R2d2Options options = read_options(context);
  const Backend backend = make_backend(context.device, options.net.precision);
  const auto network = std::make_shared<Network>(options.net, options.head);
  Parameters parameters(network->layout(), backend);
  parameters.load(reader, "agent/online");
  return std::make_unique<QPolicy>(network, parameters, backend, context.env, context.lanes,
                                   options.eval_eps, context.seed);
}

}  // namespace tengen
