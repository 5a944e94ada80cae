// Soft actor-critic (Haarnoja et al. 2018, "Soft actor-critic algorithms and applications"): a
// policy that is to be good and undecided at once learns from replay, with two critics against
// overestimation and a temperature that holds its entropy. Settings have Stable-Baselines3's names
// and defaults where it has them, apart from net.hidden (64 64, not 256 256) and ent_coef_init (its
// "auto_0.1" is ent_coef_init = 0.1), and train_freq counts the steps of all lanes together, where
// its own counts vectorised ones. Gradients by the networks' outputs are closed forms here; only
// what is inside the networks is left to nets/.
#include "agents/algorithms.hpp"

#include "agents/explore.hpp"
#include "agents/sac_policy.hpp"
#include "agents/schedules.hpp"
#include "agents/squashed_gaussian.hpp"
#include "envs/vector_env.hpp"
#include "nets/optimisers.hpp"
#include "replay/replay_buffer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace tengen {
namespace {

struct SacOptions {
  std::int64_t total_steps = 0;
  double learning_rate = 3e-4;
  bool anneal = false;  // learning_rate falls to 0 over the run
  std::int64_t learning_starts = 100;
  int batch_size = 256;
  float tau = 0.005F;
  int train_freq = 1, gradient_steps = 1;
  std::int64_t target_update_interval = 1;  // in updates
  double ent_coef = 1;                      // the temperature α, or where it starts
  bool learn_ent_coef = true;
  double target_entropy = -1;
  ReplayOptions replay;
  OptimiserOptions optimiser;
};

// A number, or nothing where the recipe says "auto" or nothing at all.
std::optional<double> number_or_auto(const Config& agent, const std::string& key) {
  if (!agent.has(key)) {
    static_cast<void>(agent.get(key, "auto"));
    return {};
  }
  try {
    return agent.get<double>(key, 0.0);
  } catch (const UsageError&) {
    static_cast<void>(agent.choice(key, "auto", {"auto"}));
    return {};
  }
}

const Box& box_of(const AgentContext& context) {
  const auto* box = std::get_if<Box>(&context.env.action);
  if (box == nullptr)
    throw UsageError("sac chooses continuous actions; those of {} are discrete (dqn, ppo, a2c)",
                     context.env.name);
  for (std::size_t i = 0; i < box->low.size(); ++i) {
    if (!box->bounded(i))
      throw UsageError("sac needs bounded actions; dimension {} of those of {} is in [{}, {}]", i,
                       context.env.name, box->low[i], box->high[i]);
  }
  return *box;
}

SacOptions read_options(const AgentContext& context) {
  const auto dimensions = static_cast<double>(box_of(context).low.size());
  const Config agent = context.config.section("agent");
  SacOptions o;
  o.total_steps = context.config.get<std::int64_t>("steps", 1'000'000);
  o.learning_rate = agent.get<double>("learning_rate", 3e-4, 0.0, 10.0);
  o.anneal = agent.choice("learning_rate_schedule", "constant", {"constant", "linear"}) == "linear";
  o.learning_starts = agent.get<std::int64_t>("learning_starts", 100, 0, 1'000'000'000);
  o.batch_size = agent.get<int>("batch_size", 256, 1, 65536);
  o.tau = agent.get<float>("tau", 0.005F, 0.0F, 1.0F);
  o.train_freq = agent.get<int>("train_freq", 1, 1, 1'000'000);
  o.gradient_steps = agent.get<int>("gradient_steps", 1, -1, 1'000'000);
  if (o.gradient_steps == -1) o.gradient_steps = o.train_freq;
  o.target_update_interval = agent.get<std::int64_t>("target_update_interval", 1, 1, 1'000'000'000);
  const auto fixed = number_or_auto(agent, "ent_coef");
  if (fixed && !(*fixed >= 0 && *fixed < 1e6))
    throw UsageError("agent.ent_coef = {}: must be \"auto\" or from 0 to 1e6", *fixed);
  o.learn_ent_coef = !fixed;
  // Read in either case: a run that goes on may change from one kind of temperature to the other.
  const double initial = agent.get<double>("ent_coef_init", 1.0, 1e-9, 1e6);
  o.ent_coef = fixed.value_or(initial);
  o.target_entropy = number_or_auto(agent, "target_entropy").value_or(-dimensions);
  o.replay.lanes = context.lanes;
  o.replay.expected = o.total_steps;
  o.replay.capacity =
      agent.get<std::int64_t>("buffer_size", 1'000'000, context.lanes, 1'000'000'000);
  o.replay.stack = agent.get<int>("frame_stack", 1, 1, 64);
  o.replay.n_steps = agent.get<int>("n_steps", 1, 1, 1000);
  o.replay.gamma = agent.get<float>("gamma", 0.99F, 0.0F, 1.0F);
  o.optimiser = read_optimiser(agent, {});
  return o;
}

NetOptions read_layers(const AgentContext& context, const SacOptions& options) {
  return read_state_action(context.config.section("net"), context.env.observation,
                           options.replay.stack);
}

// ---- Learner -----------------------------------------------------------------------------------

// Parameters and what changes them.
struct Trained {
  Parameters values;
  Optimiser optimiser;
  Tensor gradient;           // flat
  ParameterViews gradients;  // views of it

  Trained(const ParameterLayout& layout, const OptimiserOptions& options, const Backend& backend)
      : values(layout, backend),
        optimiser(options, layout, backend),
        gradient(torch::zeros_like(values.flat(), scalar_type(backend.precision))),
        gradients(views_of(layout, gradient)) {}
  void step(double rate, WorkerPool& pool) {
    const double norm = optimiser.step(values, {&gradient, 1}, rate, pool);
    if (!std::isfinite(norm))
      throw Error(
          "a gradient's norm is {}: learning diverged; a smaller agent.learning_rate "
          "(now {}) may help",
          norm, rate);
  }
  void save(ArchiveWriter& writer, const std::string& name) const {
    values.save(writer, name);
    optimiser.save(writer, name + "/optimiser");
  }
  void load(const ArchiveReader& reader, const std::string& name) {
    values.load(reader, name);
    optimiser.load(reader, name + "/optimiser");
  }
};

// The logarithm of the temperature, as a network of one parameter.
ParameterLayout temperature_layout(double start) {
  ParameterLayout layout;
  layout.add("log_ent_coef", {1}, {.init = Init::kConstant, .gain = std::log(start)});
  return layout;
}

// Sampled actions of a batch.
struct Draw {
  std::vector<float> noise, action;  // rows × dimensions
  std::vector<float> log_prob;       // rows

  Draw(std::size_t rows, std::size_t dimensions)
      : noise(rows * dimensions), action(noise.size()), log_prob(rows) {}
  // One for each row of the policy's outputs.
  void sample(std::span<const float> policy, Rng& rng) {
    for (float& value : noise) value = static_cast<float>(rng.normal());
    const std::size_t d = noise.size() / log_prob.size();
    for (std::size_t i = 0; i < log_prob.size(); ++i)
      log_prob[i] =
          SquashedGaussian(policy.subspan(2 * i * d, 2 * d))
              .sample(std::span(noise).subspan(i * d, d), std::span(action).subspan(i * d, d));
  }
};

class Sac final : public Agent {
 public:
  Sac(const AgentContext& context, const SacOptions& options, const NetOptions& net);

  StepView slot() override { return slot_ = replay_.slot(); }
  ActionView act() override;
  void learn(Logger& logger) override;
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  [[nodiscard]] std::string_view precision() const override { return name_of(backend_.precision); }
  [[nodiscard]] std::unique_ptr<Policy> policy(int lanes) const override {
    return std::make_unique<SacPolicy>(networks_, actor_.values, critic_.values, backend_, env_,
                                       lanes);
  }
  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override;
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override;
  void save_policy(ArchiveWriter& writer) const override {
    actor_.values.save(writer, "agent/actor");
    critic_.values.save(writer, "agent/critic");
  }
  void start_from(const ArchiveReader& player) override {
    actor_.values.load(player, "agent/actor");
    critic_.values.load(player, "agent/critic");
    target_.copy_from(critic_.values);
  }

 private:
  [[nodiscard]] double log_ent_coef() const {
    return *temperature_.values.flat().data_ptr<float>();
  }
  void update(Logger& logger);
  void find_targets(float alpha);
  double improve_critic(double rate);
  double improve_actor(float alpha, double rate);
  double improve_temperature(double rate);

  SacOptions options_;
  EnvSpec env_;
  BoxScale scale_;
  WorkerPool* pool_;
  int lanes_;
  std::size_t dimensions_;
  Backend backend_;
  std::shared_ptr<const SacNetworks> networks_;
  Trained actor_, critic_, temperature_;
  Parameters target_;
  StateActionPass actor_pass_, critic_pass_;
  ReplayBuffer replay_;
  ActionMemory squashed_, played_;  // in (−1, 1), and as the environment wants them

  ScheduleClock schedule_;
  std::int64_t steps_ = 0, updates_ = 0;
  Rng act_rng_, sample_rng_, noise_rng_;
  bool started_ = false;
  StepView slot_;
  ReplayBatch batch_;
  Tensor act_input_, input_, next_input_;
  Draw acting_, now_, next_;
  std::vector<float> target_value_, d_action_;
};

Sac::Sac(const AgentContext& context, const SacOptions& options, const NetOptions& net)
    : options_(options),
      env_(context.env),
      scale_(box_of(context)),
      pool_(context.pool),
      lanes_(context.lanes),
      dimensions_(box_of(context).low.size()),
      backend_(make_backend(context.device, net.precision)),
      networks_(std::make_shared<SacNetworks>(net, static_cast<int>(dimensions_))),
      actor_(networks_->actor.layout(), options.optimiser, backend_),
      critic_(networks_->critic.layout(), options.optimiser, backend_),
      temperature_(temperature_layout(options.ent_coef), options.optimiser, {}),
      target_(networks_->critic.layout(), backend_),
      actor_pass_(networks_->actor, backend_),
      critic_pass_(networks_->critic, backend_),
      replay_(context.env, options.replay),
      squashed_(context.env.action, lanes_),
      played_(context.env.action, lanes_),
      schedule_(options.total_steps),
      act_input_(make_input(net.input, lanes_, scalar_type(backend_.precision))),
      input_(make_input(net.input, options.batch_size, scalar_type(backend_.precision))),
      next_input_(input_.clone()),
      acting_(static_cast<std::size_t>(lanes_), dimensions_),
      now_(static_cast<std::size_t>(options.batch_size), dimensions_),
      next_(now_),
      target_value_(now_.log_prob.size()),
      d_action_(now_.action.size()) {
  const Rng root(context.seed);
  actor_.values.initialise(root.split(0));
  critic_.values.initialise(root.split(1));
  temperature_.values.initialise(root.split(2));
  target_.copy_from(critic_.values);
  act_rng_ = root.split(3);
  sample_rng_ = root.split(4);
  noise_rng_ = root.split(5);
}

ActionView Sac::act() {
  if (!started_) replay_.start();
  started_ = true;
  const std::span<float> squashed = squashed_.view().box;
  if (steps_ < options_.learning_starts) {
    for (float& a : squashed) a = static_cast<float>(act_rng_.uniform(-1, 1));
  } else {
    const ComputeScope scope;
    const torch::NoGradGuard no_grad;
    gather(networks_->actor.options().net.input, replay_.newest(), act_input_);
    actor_pass_.forward(actor_.values.views(), act_input_);
    require_finite(actor_pass_.output(0));
    acting_.sample(actor_pass_.output(0), act_rng_);
    std::ranges::copy(acting_.action, squashed.begin());
  }
  scale_.apply(squashed, played_.view().box);
  return played_.view();
}

void Sac::learn(Logger& logger) {
  replay_.commit(squashed_.view(), slot_.reward);
  const std::int64_t before = steps_;
  steps_ += lanes_;
  if (steps_ <= options_.learning_starts || replay_.size() < 1) return;
  const std::int64_t due = times_due(before, steps_, options_.train_freq) * options_.gradient_steps;
  for (std::int64_t i = 0; i < due; ++i) update(logger);
}

void Sac::update(Logger& logger) {
  const ComputeScope scope;
  const InputFormat& format = networks_->actor.options().net.input;
  replay_.sample(options_.batch_size, 0, sample_rng_, batch_);
  gather(format, batch_.observation, input_);
  gather(format, batch_.next_observation, next_input_);
  const double rate =
      options_.anneal ? linear(options_.learning_rate, 0, schedule_.at(steps_), schedule_.total())
                      : options_.learning_rate;
  const double alpha = options_.learn_ent_coef ? std::exp(log_ent_coef()) : options_.ent_coef;
  find_targets(static_cast<float>(alpha));
  logger.record_mean("train/critic_loss", improve_critic(rate));
  logger.record_mean("train/actor_loss", improve_actor(static_cast<float>(alpha), rate));
  if (options_.learn_ent_coef) logger.record_mean("train/ent_coef_loss", improve_temperature(rate));
  if (++updates_ % options_.target_update_interval == 0)
    target_.blend(critic_.values, options_.tau);
  logger.record_mean("train/ent_coef", alpha);
  logger.record("train/learning_rate", rate);
  logger.record("train/n_updates", static_cast<double>(updates_));
}

// y = r + γ (min Q'(s', a') − α log π(a'|s')), a' drawn now.
void Sac::find_targets(float alpha) {
  const torch::NoGradGuard no_grad;
  actor_pass_.forward(actor_.values.views(), next_input_);
  next_.sample(actor_pass_.output(0), noise_rng_);
  critic_pass_.forward(target_.views(), next_input_, next_.action);
  const auto q1 = critic_pass_.output(0), q2 = critic_pass_.output(1);
  for (std::size_t i = 0; i < target_value_.size(); ++i) {
    const float soft = std::min(q1[i], q2[i]) - alpha * next_.log_prob[i];
    target_value_[i] = batch_.reward[i] + batch_.discount[i] * soft;
  }
}

// Loss: ½ Σ over critics of the mean of (Q − y)².
double Sac::improve_critic(double rate) {
  const float n = static_cast<float>(options_.batch_size);
  critic_pass_.forward(critic_.values.views(), input_, batch_.box_action);
  double loss = 0;
  for (const std::size_t head : {0U, 1U}) {
    const auto q = critic_pass_.output(head);
    const auto dq = critic_pass_.gradient(head);
    for (std::size_t i = 0; i < q.size(); ++i) {
      const float error = q[i] - target_value_[i];
      loss += 0.5 * static_cast<double>(error) * error;
      dq[i] = error / n;
    }
  }
  critic_pass_.backward({.parameters = critic_.gradients});
  critic_.step(rate, *pool_);
  return loss / options_.batch_size;
}

// Loss: the mean of α log π(a|s) − min Q(s, a), a drawn now.
double Sac::improve_actor(float alpha, double rate) {
  const float n = static_cast<float>(options_.batch_size);
  actor_pass_.forward(actor_.values.views(), input_);
  const auto policy = actor_pass_.output(0);
  now_.sample(policy, noise_rng_);
  critic_pass_.forward(critic_.values.views(), input_, now_.action);
  const auto q1 = critic_pass_.output(0), q2 = critic_pass_.output(1);
  const auto dq1 = critic_pass_.gradient(0), dq2 = critic_pass_.gradient(1);
  double loss = 0;
  for (std::size_t i = 0; i < q1.size(); ++i) {
    loss += alpha * now_.log_prob[i] - std::min(q1[i], q2[i]);
    dq1[i] = q1[i] <= q2[i] ? -1 / n : 0.0F;
    dq2[i] = q1[i] <= q2[i] ? 0.0F : -1 / n;
  }
  critic_pass_.backward({.action = d_action_});
  const auto d_policy = actor_pass_.gradient(0);
  const std::size_t d = dimensions_;
  for (std::size_t i = 0; i < q1.size(); ++i) {
    const auto row = [&](std::vector<float>& all) { return std::span(all).subspan(i * d, d); };
    SquashedGaussian(policy.subspan(2 * i * d, 2 * d))
        .backward(row(now_.noise), row(now_.action), row(d_action_), alpha / n,
                  d_policy.subspan(2 * i * d, 2 * d));
  }
  actor_pass_.backward({.parameters = actor_.gradients});
  actor_.step(rate, *pool_);
  return loss / options_.batch_size;
}

// Loss: −log α · (mean log π + target entropy), which falls where the entropy is what was asked.
double Sac::improve_temperature(double rate) {
  double sum = 0;
  for (const float log_prob : now_.log_prob) sum += log_prob;
  const double slope = -(sum / options_.batch_size + options_.target_entropy);
  const double loss = slope * log_ent_coef();
  *temperature_.gradient.data_ptr<float>() = static_cast<float>(slope);
  temperature_.step(rate, *pool_);
  return loss;
}

// ---- Saving ------------------------------------------------------------------------------------

void Sac::save(ArchiveWriter& writer, const std::filesystem::path& directory) {
  writer.put_string("agent/precision", name_of(backend_.precision));
  actor_.save(writer, "agent/actor");
  critic_.save(writer, "agent/critic");
  temperature_.save(writer, "agent/temperature");
  target_.save(writer, "agent/target");
  replay_.save(writer, "agent/replay", directory);
  writer.put("agent/steps", steps_);
  writer.put("agent/updates", updates_);
  schedule_.save(writer, "agent/schedule");
  writer.put("agent/act_rng", act_rng_);
  writer.put("agent/sample_rng", sample_rng_);
  writer.put("agent/noise_rng", noise_rng_);
}

void Sac::load(const ArchiveReader& reader, const std::filesystem::path& directory) {
  compare_precision(reader, backend_);
  actor_.load(reader, "agent/actor");
  critic_.load(reader, "agent/critic");
  temperature_.load(reader, "agent/temperature");
  target_.load(reader, "agent/target");
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

std::unique_ptr<Agent> make_sac(const AgentContext& context) {
  const SacOptions options = read_options(context);
  return std::make_unique<Sac>(context, options, read_layers(context, options));
}

std::unique_ptr<Policy> load_sac_policy(const AgentContext& context, const ArchiveReader& reader) {
  const SacOptions options = read_options(context);
  const NetOptions net = read_layers(context, options);
  const Backend backend = make_backend(context.device, net.precision);
  const auto networks =
      std::make_shared<SacNetworks>(net, static_cast<int>(box_of(context).low.size()));
  Parameters actor(networks->actor.layout(), backend), critic(networks->critic.layout(), backend);
  actor.load(reader, "agent/actor");
  critic.load(reader, "agent/critic");
  return std::make_unique<SacPolicy>(networks, actor, critic, backend, context.env, context.lanes);
}

}  // namespace tengen
