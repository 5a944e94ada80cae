// DQN (Mnih et al. 2015) with the improvements that make Rainbow (Hessel et al. 2018), each of them
// a switch: double, dueling, prioritised, n_steps, noisy, and the distributional heads (C51, QR).
// Settings have Stable-Baselines3's names and defaults where it has them (what makes Rainbow it has
// not). They count the steps of all lanes together: its train_freq counts vectorised steps, so that
// with several lanes ours of lanes · train_freq is the same.
#include "agents/algorithms.hpp"

#include "agents/explore.hpp"
#include "agents/q_policy.hpp"
#include "agents/schedules.hpp"
#include "envs/vector_env.hpp"
#include "nets/losses.hpp"
#include "nets/optimisers.hpp"
#include "replay/replay_buffer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tengen {
namespace {

struct DqnOptions {
  std::int64_t total_steps = 0;
  double learning_rate = 1e-4;
  bool anneal = false;  // learning_rate falls to 0 over the run
  std::int64_t learning_starts = 100;
  int batch_size = 32, shards = 1;
  double tau = 1;
  int train_freq = 4, gradient_steps = 1;
  std::int64_t target_update_interval = 10'000;
  double exploration_fraction = 0.1, initial_eps = 1, final_eps = 0.05;
  bool clip_reward = false;  // to its sign
  bool double_q = false;
  double beta0 = 0.4;  // importance exponent, rises to 1 over the run
  Loss loss = Loss::kHuber;
  float eval_eps = 0;
  ReplayOptions replay;
  HeadOptions head;
  OptimiserOptions optimiser;
};

ReplayOptions read_replay(const Config& agent, int lanes) {
  ReplayOptions o;
  o.lanes = lanes;
  o.capacity = agent.get<std::int64_t>("buffer_size", 1'000'000, lanes, 1'000'000'000);
  o.stack = agent.get<int>("frame_stack", 1, 1, 64);
  o.n_steps = agent.get<int>("n_steps", 1, 1, 1000);
  o.gamma = agent.get<float>("gamma", 0.99F, 0.0F, 1.0F);
  o.prioritised = agent.get<bool>("prioritised", false);
  if (o.prioritised) o.alpha = agent.get<float>("prioritised_alpha", 0.6F, 0.0F, 1.0F);
  return o;
}

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

DqnOptions read_options(const AgentContext& context) {
  if (!std::holds_alternative<Discrete>(context.env.action))
    throw UsageError("dqn chooses among discrete actions; {} has continuous ones",
                     context.env.name);
  const Config agent = context.config.section("agent");
  DqnOptions o;
  o.total_steps = context.config.get<std::int64_t>("steps", 1'000'000);
  o.learning_rate = agent.get<double>("learning_rate", 1e-4, 0.0, 10.0);
  o.anneal = agent.choice("learning_rate_schedule", "constant", {"constant", "linear"}) == "linear";
  o.learning_starts = agent.get<std::int64_t>("learning_starts", 100, 0, 1'000'000'000);
  o.batch_size = agent.get<int>("batch_size", 32, 1, 65536);
  o.shards = agent.get<int>("shards", o.batch_size >= 64 ? 2 : 1, 1, o.batch_size);
  o.tau = agent.get<double>("tau", 1.0, 0.0, 1.0);
  o.train_freq = agent.get<int>("train_freq", 4, 1, 1'000'000);
  o.gradient_steps = agent.get<int>("gradient_steps", 1, -1, 1'000'000);
  if (o.gradient_steps == -1) o.gradient_steps = o.train_freq;
  o.target_update_interval =
      agent.get<std::int64_t>("target_update_interval", 10'000, 1, 1'000'000'000);
  o.head = read_head(agent, context.env.action);
  o.exploration_fraction = agent.get<double>("exploration_fraction", 0.1, 0.0, 1.0);
  const double quiet = o.head.noisy ? 0.0 : 1.0;  // noisy networks explore by themselves
  o.initial_eps = agent.get<double>("exploration_initial_eps", quiet, 0.0, 1.0);
  o.final_eps = agent.get<double>("exploration_final_eps", 0.05 * quiet, 0.0, 1.0);
  o.clip_reward = agent.choice("reward_clip", "none", {"none", "sign"}) == "sign";
  o.double_q = agent.get<bool>("double", false);
  o.replay = read_replay(agent, context.lanes);
  o.replay.expected = o.total_steps;
  if (o.replay.prioritised) o.beta0 = agent.get<double>("prioritised_beta0", 0.4, 0.0, 1.0);
  if (o.head.distribution == Distribution::kNone) {
    o.loss = agent.choice<Loss>(
        "loss", "huber",
        {{"mse", Loss::kMse}, {"huber", Loss::kHuber}, {"cross_entropy", Loss::kCrossEntropy}});
    if (o.loss == Loss::kCrossEntropy)
      throw UsageError("agent.loss = \"cross_entropy\" needs agent.distribution = \"categorical\"");
  }
  o.eval_eps = agent.get<float>("eval_eps", 0.0F, 0.0F, 1.0F);
  o.optimiser = read_optimiser(agent, {.max_grad_norm = 10});
  return o;
}

// Row i's output for action[i] of batch × actions × outputs: batch × outputs.
Tensor pick(const Tensor& output, const Tensor& action) {
  const Tensor index = action.view({-1, 1, 1}).expand({-1, 1, output.size(2)});
  return output.gather(1, index).squeeze(1);
}

NetOptions read_layers(const AgentContext& context, const DqnOptions& options) {
  const Config net = context.config.section("net");
  const NetOptions layers = read_net(net, context.env.observation, options.replay.stack);
  refuse(net, layers, Need::kMemory,
         "dqn replays single steps, from which no memory can be learnt; r2d2 replays sequences");
  return layers;
}

class Dqn final : public Agent {
 public:
  Dqn(const AgentContext& context, const DqnOptions& options, const NetOptions& net);

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
  // A fixed slice of every minibatch, computed by one thread.
  struct Shard {
    std::size_t begin = 0, end = 0;
    Tensor input, next_input;
    Tensor gradient;           // flat
    ParameterViews gradients;  // views of it
    Rng dropout;
    double loss = 0, value = 0;  // sums over the slice
  };

  [[nodiscard]] double epsilon() const;
  void update(Logger& logger);
  void compute(Shard& shard);
  [[nodiscard]] Tensor targets(const Shard& shard) const;
  [[nodiscard]] Tensor losses(const Tensor& prediction, const Tensor& target) const;
  template <class T>
  [[nodiscard]] Tensor slice(const Shard& shard, const std::vector<T>& values,
                             std::int64_t width = 1) const;

  DqnOptions options_;
  EnvSpec env_;
  WorkerPool* pool_;
  std::uint64_t seed_;
  int lanes_, actions_;
  Backend backend_;
  std::shared_ptr<const Network> network_;
  Parameters online_, target_;
  Optimiser optimiser_;
  ReplayBuffer replay_;
  QActor actor_;
  ActionMemory action_;
  Noise acting_noise_, online_noise_, next_noise_, target_noise_;

  ScheduleClock schedule_;
  std::int64_t steps_ = 0, updates_ = 0;
  Rng act_rng_, sample_rng_, noise_rng_;
  bool started_ = false;
  StepView slot_;
  std::vector<float> reward_, error_;
  ReplayBatch batch_;
  std::vector<Shard> shards_;
};

Dqn::Dqn(const AgentContext& context, const DqnOptions& options, const NetOptions& net)
    : options_(options),
      env_(context.env),
      pool_(context.pool),
      seed_(context.seed),
      lanes_(context.lanes),
      actions_(options.head.actions),
      backend_(make_backend(context.device, net.precision)),
      network_(std::make_shared<Network>(net, options.head)),
      online_(network_->layout(), backend_),
      target_(network_->layout(), backend_),
      optimiser_(options.optimiser, network_->layout(), backend_),
      replay_(context.env, options.replay),
      actor_(*network_, backend_, lanes_),
      action_(context.env.action, lanes_),
      acting_noise_(network_->make_noise(backend_)),
      online_noise_(network_->make_noise(backend_)),
      next_noise_(network_->make_noise(backend_)),
      target_noise_(network_->make_noise(backend_)),
      schedule_(options.total_steps),
      reward_(static_cast<std::size_t>(lanes_)),
      error_(static_cast<std::size_t>(options.batch_size)) {
  const Rng root(seed_);
  online_.initialise(root.split(0));
  target_.copy_from(online_);
  act_rng_ = root.split(1);
  sample_rng_ = root.split(2);
  noise_rng_ = root.split(3);
  const auto rows = static_cast<std::size_t>(options.batch_size);
  const auto count = static_cast<std::size_t>(options.shards);
  for (std::size_t i = 0; i < count; ++i) {
    Shard shard;
    shard.begin = i * rows / count;
    shard.end = (i + 1) * rows / count;
    const int size = static_cast<int>(shard.end - shard.begin);
    shard.input = make_input(net.input, size, scalar_type(backend_.precision));
    shard.next_input = make_input(net.input, size, scalar_type(backend_.precision));
    shard.gradient = torch::zeros_like(online_.flat(), scalar_type(backend_.precision));
    shard.gradients = views_of(network_->layout(), shard.gradient);
    shard.dropout = root.split(4 + i);
    shards_.push_back(std::move(shard));
  }
}

// ---- Acting ----------------------------------------------------------------------------------

double Dqn::epsilon() const {
  return linear(options_.initial_eps, options_.final_eps, schedule_.at(steps_),
                options_.exploration_fraction * schedule_.total());
}

ActionView Dqn::act() {
  if (!started_) replay_.start();
  started_ = true;
  const MaskView legal = replay_.newest_legal();
  const bool warming_up = steps_ < options_.learning_starts;
  const double eps = warming_up ? 1.0 : epsilon();
  const auto actions = action_.view().discrete;
  bool greedy = false;
  for (int lane = 0; lane < lanes_; ++lane) {
    const bool explore = act_rng_.chance(eps);
    actions[static_cast<std::size_t>(lane)] =
        explore ? random_action(actions_, legal_row(legal, lane), act_rng_) : -1;
    greedy = greedy || !explore;
  }
  if (!greedy) return action_.view();

  acting_noise_.draw(noise_rng_);
  const auto values =
      actor_.values(*network_, online_.views(), replay_.newest(), {.noise = &acting_noise_});
  for (int lane = 0; lane < lanes_; ++lane) {
    auto& action = actions[static_cast<std::size_t>(lane)];
    const auto n = static_cast<std::size_t>(actions_);
    if (action < 0)
      action = best_action(values.subspan(static_cast<std::size_t>(lane) * n, n),
                           legal_row(legal, lane));
  }
  return action_.view();
}

// ---- Learning --------------------------------------------------------------------------------

void Dqn::learn(Logger& logger) {
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

void Dqn::update(Logger& logger) {
  const ComputeScope scope;
  const double now = schedule_.at(steps_), total = schedule_.total();
  const double beta = linear(options_.beta0, 1, now, total);
  replay_.sample(options_.batch_size, static_cast<float>(beta), sample_rng_, batch_);
  for (Noise* noise : {&online_noise_, &next_noise_, &target_noise_}) noise->draw(noise_rng_);

  pool_->run(options_.shards, [&](int i) { compute(shards_[static_cast<std::size_t>(i)]); });
  std::vector<Tensor> gradients;
  double loss = 0, value = 0;
  for (const Shard& shard : shards_) {
    gradients.push_back(shard.gradient);
    loss += shard.loss / options_.batch_size;
    value += shard.value / options_.batch_size;
  }
  if (!std::isfinite(loss))
    throw Error(
        "the loss is {} after {} updates: learning diverged; a smaller agent.learning_rate "
        "(now {}) may help",
        loss, updates_, options_.learning_rate);
  const double rate =
      options_.anneal ? linear(options_.learning_rate, 0, now, total) : options_.learning_rate;
  const double norm = optimiser_.step(online_, gradients, rate, *pool_);
  if (options_.replay.prioritised) replay_.update_priorities(batch_.index, error_);
  ++updates_;

  logger.record_mean("train/loss", loss);
  logger.record_mean("train/q_mean", value);
  logger.record_mean("train/grad_norm", norm);
  logger.record("train/learning_rate", rate);
  logger.record("train/n_updates", static_cast<double>(updates_));
}

// The shard's rows of a column of the batch, on the device.
template <class T>
Tensor Dqn::slice(const Shard& shard, const std::vector<T>& values, std::int64_t width) const {
  const auto rows = static_cast<std::int64_t>(shard.end - shard.begin);
  const T* data = values.data() + shard.begin * static_cast<std::size_t>(width);
  return torch::from_blob(const_cast<T*>(data), {rows, width}, torch::CppTypeToScalarType<T>::value)
      .to(backend_.device);
}

// r + γ Q'(s', a*) for every row: a value, a distribution over the atoms, or quantiles.
Tensor Dqn::targets(const Shard& shard) const {
  const torch::NoGradGuard no_grad;
  const HeadOptions& head = options_.head;
  const Tensor input = shard.next_input.to(backend_.device);
  const Tensor output = network_->forward(target_.views(), input, {.noise = &target_noise_});
  Tensor values = options_.double_q
                      ? network_->values(online_.views(), input, {.noise = &next_noise_})
                      : expected_values(head, output);
  if (!batch_.next_legal.empty()) {
    const Tensor illegal = slice(shard, batch_.next_legal, actions_) == 0;
    values = values.masked_fill(illegal, -std::numeric_limits<float>::infinity());
  }
  const Tensor next = pick(output, values.argmax(1));
  const Tensor reward = slice(shard, batch_.reward), discount = slice(shard, batch_.discount);
  if (head.distribution != Distribution::kCategorical) return reward + discount * next;
  const std::size_t rows = shard.end - shard.begin;
  return project_categorical(head, torch::softmax(next, 1),
                             std::span(batch_.reward).subspan(shard.begin, rows),
                             std::span(batch_.discount).subspan(shard.begin, rows));
}

// One loss a row. Prediction and target are batch × outputs.
Tensor Dqn::losses(const Tensor& prediction, const Tensor& target) const {
  switch (options_.head.distribution) {
    case Distribution::kCategorical:
      return loss_of(Loss::kCrossEntropy, prediction, target);
    case Distribution::kQuantile:
      return quantile_huber(prediction, target);
    case Distribution::kNone:
      break;
  }
  return loss_of(options_.loss, prediction, target).squeeze(1);
}

void Dqn::compute(Shard& shard) {
  const ComputeScope scope;
  const std::size_t rows = shard.end - shard.begin;
  const auto stack = static_cast<std::size_t>(options_.replay.stack);
  const auto frames = [&](const std::vector<const std::byte*>& all) {
    return std::span(all).subspan(shard.begin * stack, rows * stack);
  };
  const InputFormat& format = network_->options().input;
  gather(format, frames(batch_.observation), shard.input);
  gather(format, frames(batch_.next_observation), shard.next_input);

  const Tensor target = targets(shard);
  Rng dropout = shard.dropout.split(static_cast<std::uint64_t>(updates_));
  const Tensor output = network_->forward(online_.views(), shard.input.to(backend_.device),
                                          {.noise = &online_noise_, .dropout = &dropout});
  const Tensor action = slice(shard, batch_.action).to(torch::kInt64);
  const Tensor prediction = pick(output, action);
  const Tensor each = losses(prediction, target);
  const Tensor loss = (each * slice(shard, batch_.weight).squeeze(1)).sum() / options_.batch_size;
  const auto gradients = torch::autograd::grad({loss}, online_.views());

  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < gradients.size(); ++i) shard.gradients[i].copy_(gradients[i]);
  shard.loss = loss.item<double>() * options_.batch_size;
  shard.value = expected_values(options_.head, prediction.unsqueeze(1)).sum().item<double>();
  const bool plain = options_.head.distribution == Distribution::kNone;
  const Tensor error = (plain ? (prediction - target).abs().squeeze(1) : each).to(torch::kCPU);
  std::copy_n(error.contiguous().data_ptr<float>(), rows, error_.begin() + shard.begin);
}

// ---- Saving ----------------------------------------------------------------------------------

void Dqn::save(ArchiveWriter& writer, const std::filesystem::path& directory) {
  writer.put_string("agent/precision", name_of(backend_.precision));
  online_.save(writer, "agent/online");
  target_.save(writer, "agent/target");
  optimiser_.save(writer, "agent/optimiser");
  replay_.save(writer, "agent/replay", directory);
  writer.put("agent/steps", steps_);
  writer.put("agent/updates", updates_);
  schedule_.save(writer, "agent/schedule");
  writer.put("agent/act_rng", act_rng_);
  writer.put("agent/sample_rng", sample_rng_);
  writer.put("agent/noise_rng", noise_rng_);
}

void Dqn::load(const ArchiveReader& reader, const std::filesystem::path& directory) {
  compare_precision(reader, backend_);
  online_.load(reader, "agent/online");
  target_.load(reader, "agent/target");
  optimiser_.load(reader, "agent/optimiser");
  replay_.load(reader, "agent/replay", directory);
  reader.check("agent/replay/now", replay_.now() >= 0);
  steps_ = reader.count("agent/steps");
  updates_ = reader.count("agent/updates");
  schedule_.load(reader, "agent/schedule", steps_);
  act_rng_ = reader.get<Rng>("agent/act_rng");
  sample_rng_ = reader.get<Rng>("agent/sample_rng");
  noise_rng_ = reader.get<Rng>("agent/noise_rng");
  started_ = true;
}

}  // namespace

std::unique_ptr<Agent> make_dqn(const AgentContext& context) {
  const DqnOptions options = read_options(context);
  const NetOptions net = read_layers(context, options);
  return std::make_unique<Dqn>(context, options, net);
}

std::unique_ptr<Policy> load_dqn_policy(const AgentContext& context, const ArchiveReader& reader) {
  const DqnOptions options = read_options(context);
  const NetOptions net = read_layers(context, options);
  const Backend backend = make_backend(context.device, net.precision);
  const auto network = std::make_shared<Network>(net, options.head);
  Parameters parameters(network->layout(), backend);
  parameters.load(reader, "agent/online");
  return std::make_unique<QPolicy>(network, parameters, backend, context.env, context.lanes,
                                   options.eval_eps, context.seed);
}

}  // namespace tengen
