// Soft actor-critic (Haarnoja et al. 2018, "Soft actor-critic algorithms and applications"): a
// policy that is rewarded for its entropy, too, learns from replay, with two critics against
// overestimation and a temperature α that holds the entropy. Settings have Stable-Baselines3's
// names and defaults where it has them, apart from net.hidden (64 64, not 256 256) and
// ent_coef_init (its "auto_0.1" is ent_coef_init = 0.1); train_freq counts the steps of all lanes
// together, where its own counts vectorised ones.
//
// The losses are, with a' and a drawn from the policy now,
//   critics      ½ Σ over both of the mean of (Q(s, a_stored) − y)²,
//                y = r + γ (min Q_target(s', a') − α log π(a'|s'))
//   policy       the mean of α log π(a|s) − min Q(s, a)
//   temperature  −log α · (mean log π(a|s) + target entropy)
// Their derivatives by the networks' outputs are closed forms here; nets/ takes them on through the
// layers.
#include "agents/distributions.hpp"
#include "agents/explore.hpp"
#include "agents/off_policy.hpp"
#include "agents/registry.hpp"
#include "agents/rows.hpp"
#include "agents/sac_policy.hpp"
#include "envs/vector_env.hpp"
#include "replay/replay_buffer.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tengen {
namespace {

struct SacSettings {
  OffPolicySettings common;
  std::optional<double> ent_coef;  // the temperature α; nothing: it is learnt
  double ent_coef_init = 1;        // where it starts then
  double target_entropy = -1;
};

// A number, or nothing where the recipe says "auto" or is silent.
std::optional<double> number_or_auto(const Config& agent, const std::string& key) {
  if (!agent.numbers(key).empty()) return agent.get<double>(key, 0.0);
  return agent.choice<std::optional<double>>(key, "auto", {{"auto", std::nullopt}});
}

const Box& box_of(const AgentContext& context) {
  const Box& box = std::get<Box>(context.env.action);
  for (std::size_t i = 0; i < box.low.size(); ++i) {
    if (!box.bounded(i))
      throw UsageError("sac needs bounded actions; dimension {} of those of {} is in [{}, {}]", i,
                       context.env.name, box.low[i], box.high[i]);
  }
  return box;
}

SacSettings read_settings(const AgentContext& context) {
  const Config agent = context.config.section("agent");
  SacSettings s;
  s.common = read_off_policy_settings(context, {.learning_rate = 3e-4,
                                                .batch_size = 256,
                                                .train_freq = 1,
                                                .tau = 0.005,
                                                .target_update_interval = 1,
                                                .max_grad_norm = 0});
  s.ent_coef = number_or_auto(agent, "ent_coef");
  if (s.ent_coef && !(*s.ent_coef >= 0 && *s.ent_coef < 1e6))
    throw UsageError("agent.ent_coef = {}: must be \"auto\" or from 0 to 1e6", *s.ent_coef);
  // Read in either case: a run that goes on may change from one kind of temperature to the other.
  s.ent_coef_init = agent.get<double>("ent_coef_init", s.ent_coef_init, 1e-9, 1e6);
  const auto dimensions = static_cast<double>(box_of(context).low.size());
  s.target_entropy = number_or_auto(agent, "target_entropy").value_or(-dimensions);
  return s;
}

std::shared_ptr<const SacNetworks> make_networks(const AgentContext& context) {
  const NetOptions net = read_state_action(context.config.section("net"), context.env.observation,
                                           read_frame_stack(context.config.section("agent")));
  return std::make_shared<SacNetworks>(net, static_cast<int>(box_of(context).low.size()));
}

// ---- Learner -----------------------------------------------------------------------------------

// The parameters of one network, and what changes them.
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
  // Draws one action for each row of the policy's outputs.
  void sample(std::span<const float> policy, Rng& rng) {
    for (float& value : noise) value = static_cast<float>(rng.normal());
    const std::size_t d = noise.size() / log_prob.size();
    for (std::size_t i = 0; i < log_prob.size(); ++i)
      log_prob[i] = SquashedGaussian(row_of(policy, i, 2 * d))
                        .sample(row_of(noise, i, d), row_of(action, i, d));
  }
};

class Sac final : public Agent {
 public:
  Sac(const AgentContext& context, const SacSettings& settings,
      std::shared_ptr<const SacNetworks> networks);

  StepView slot() override { return slot_ = replay_.slot(); }
  ActionView act() override;
  void learn(Logger& logger) override;
  [[nodiscard]] std::int64_t steps() const override { return progress_.steps(); }
  [[nodiscard]] std::string_view precision() const override { return name_of(backend_.precision); }
  [[nodiscard]] std::unique_ptr<Policy> policy(int lanes) const override {
    return std::make_unique<SacPolicy>(networks_, actor_.values, critic_.values, backend_, env_,
                                       lanes);
  }
  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override {
    records({writer, directory});
  }
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override {
    records({reader, directory});
    started_ = true;
  }
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
  void records(const Checkpoint& checkpoint);
  void update(Logger& logger);
  void find_targets(float alpha);
  double improve_critic(double rate);
  double improve_actor(float alpha, double rate);
  double improve_temperature(double rate);

  SacSettings settings_;
  EnvSpec env_;
  BoxScale scale_;
  WorkerPool* pool_;
  int lanes_, batch_size_;
  std::size_t dimensions_;
  std::shared_ptr<const SacNetworks> networks_;
  InputFormat format_;
  Backend backend_;
  Trained actor_, critic_, temperature_;
  Parameters target_;
  StateActionPass actor_pass_, critic_pass_;
  ReplayBuffer replay_;
  ActionMemory squashed_, played_;  // in (−1, 1), and as the environment wants them

  OffPolicyProgress progress_;
  Rng act_rng_, sample_rng_, noise_rng_;
  bool started_ = false;
  StepView slot_;
  ReplayBatch batch_;
  Tensor act_input_, input_, next_input_;
  Draw acting_, now_, next_;
  std::vector<float> target_value_, d_loss_d_action_;
};

Sac::Sac(const AgentContext& context, const SacSettings& settings,
         std::shared_ptr<const SacNetworks> networks)
    : settings_(settings),
      env_(context.env),
      scale_(context.env.action),
      pool_(context.pool),
      lanes_(context.lanes),
      batch_size_(settings.common.batch_size),
      dimensions_(box_of(context).low.size()),
      networks_(std::move(networks)),
      format_(networks_->actor.options().net.input),
      backend_(make_backend(context.device, networks_->actor.options().net.precision)),
      actor_(networks_->actor.layout(), settings.common.optimiser, backend_),
      critic_(networks_->critic.layout(), settings.common.optimiser, backend_),
      temperature_(temperature_layout(settings.ent_coef.value_or(settings.ent_coef_init)),
                   settings.common.optimiser, {}),
      target_(networks_->critic.layout(), backend_),
      actor_pass_(networks_->actor, backend_),
      critic_pass_(networks_->critic, backend_),
      replay_(context.env, replay_options(settings.common, lanes_)),
      squashed_(context.env.action, lanes_),
      played_(context.env.action, lanes_),
      progress_(settings.common),
      act_input_(make_input(format_, lanes_, scalar_type(backend_.precision))),
      input_(make_input(format_, batch_size_, scalar_type(backend_.precision))),
      next_input_(input_.clone()),
      acting_(usize(lanes_), dimensions_),
      now_(usize(batch_size_), dimensions_),
      next_(now_),
      target_value_(now_.log_prob.size()),
      d_loss_d_action_(now_.action.size()) {
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
  if (progress_.warming_up()) {
    for (float& a : squashed) a = static_cast<float>(act_rng_.uniform(-1, 1));
  } else {
    const ComputeScope scope;
    const torch::NoGradGuard no_grad;
    gather(format_, replay_.newest(), act_input_);
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
  const std::int64_t due = progress_.count_step(lanes_);
  if (replay_.size() < 1) return;
  for (std::int64_t i = 0; i < due; ++i) update(logger);
}

void Sac::update(Logger& logger) {
  const ComputeScope scope;
  replay_.sample(batch_size_, 0, sample_rng_, batch_);
  gather(format_, batch_.observation, input_);
  gather(format_, batch_.next_observation, next_input_);
  const double rate = progress_.learning_rate();
  const double alpha = settings_.ent_coef ? *settings_.ent_coef : std::exp(log_ent_coef());
  find_targets(static_cast<float>(alpha));
  logger.record_mean("train/critic_loss", improve_critic(rate));
  logger.record_mean("train/actor_loss", improve_actor(static_cast<float>(alpha), rate));
  if (!settings_.ent_coef) logger.record_mean("train/ent_coef_loss", improve_temperature(rate));
  logger.record_mean("train/ent_coef", alpha);
  progress_.count_update(logger);
  if (progress_.updates() % settings_.common.target_update_interval == 0)
    target_.blend(critic_.values, static_cast<float>(settings_.common.tau));
}

// y of every row.
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

double Sac::improve_critic(double rate) {
  const auto n = static_cast<float>(batch_size_);
  critic_pass_.forward(critic_.values.views(), input_, batch_.box_action);
  double loss = 0;
  for (const std::size_t head : {0U, 1U}) {
    const auto q = critic_pass_.output(head);
    const auto d_loss_d_q = critic_pass_.gradient(head);
    for (std::size_t i = 0; i < q.size(); ++i) {
      const float error = q[i] - target_value_[i];
      loss += 0.5 * static_cast<double>(error) * error;
      d_loss_d_q[i] = error / n;
    }
  }
  critic_pass_.backward({.parameters = critic_.gradients});
  critic_.step(rate, *pool_);
  return loss / batch_size_;
}

double Sac::improve_actor(float alpha, double rate) {
  const auto n = static_cast<float>(batch_size_);
  actor_pass_.forward(actor_.values.views(), input_);
  const auto policy = actor_pass_.output(0);
  now_.sample(policy, noise_rng_);
  critic_pass_.forward(critic_.values.views(), input_, now_.action);
  const auto q1 = critic_pass_.output(0), q2 = critic_pass_.output(1);
  const auto d_loss_d_q1 = critic_pass_.gradient(0), d_loss_d_q2 = critic_pass_.gradient(1);
  double loss = 0;
  for (std::size_t i = 0; i < q1.size(); ++i) {
    loss += alpha * now_.log_prob[i] - std::min(q1[i], q2[i]);
    d_loss_d_q1[i] = q1[i] <= q2[i] ? -1 / n : 0.0F;
    d_loss_d_q2[i] = q1[i] <= q2[i] ? 0.0F : -1 / n;
  }
  critic_pass_.backward({.action = d_loss_d_action_});
  const auto d_loss_d_policy = actor_pass_.gradient(0);
  const std::size_t d = dimensions_;
  for (std::size_t i = 0; i < q1.size(); ++i)
    SquashedGaussian(row_of(policy, i, 2 * d))
        .backward(row_of(now_.noise, i, d), row_of(now_.action, i, d),
                  row_of(d_loss_d_action_, i, d), alpha / n, row_of(d_loss_d_policy, i, 2 * d));
  actor_pass_.backward({.parameters = actor_.gradients});
  actor_.step(rate, *pool_);
  return loss / batch_size_;
}

double Sac::improve_temperature(double rate) {
  double sum = 0;
  for (const float log_prob : now_.log_prob) sum += log_prob;
  const double d_loss_d_log_alpha = -(sum / batch_size_ + settings_.target_entropy);
  const double loss = d_loss_d_log_alpha * log_ent_coef();
  *temperature_.gradient.data_ptr<float>() = static_cast<float>(d_loss_d_log_alpha);
  temperature_.step(rate, *pool_);
  return loss;
}

void Sac::records(const Checkpoint& checkpoint) {
  checkpoint.precision(backend_);
  checkpoint.part("agent/actor", actor_);
  checkpoint.part("agent/critic", critic_);
  checkpoint.part("agent/temperature", temperature_);
  checkpoint.part("agent/target", target_);
  checkpoint.replay("agent/replay", replay_);
  progress_.records(checkpoint);
  checkpoint.value("agent/act_rng", act_rng_);
  checkpoint.value("agent/sample_rng", sample_rng_);
  checkpoint.value("agent/noise_rng", noise_rng_);
}

std::unique_ptr<Agent> make(const AgentContext& context) {
  const SacSettings settings = read_settings(context);
  return std::make_unique<Sac>(context, settings, make_networks(context));
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader& reader) {
  const auto networks = make_networks(context);
  const Backend backend = make_backend(context.device, networks->actor.options().net.precision);
  Parameters actor(networks->actor.layout(), backend), critic(networks->critic.layout(), backend);
  actor.load(reader, "agent/actor");
  critic.load(reader, "agent/critic");
  return std::make_unique<SacPolicy>(networks, actor, critic, backend, context.env, context.lanes);
}

constexpr AgentEntry::Usual kUsual = {.vectors = R"(
steps = 100_000
[agent]
buffer_size = 100_000
[net]
hidden = [256, 256]
)",
                                      .pictures = R"(
steps = 500_000
eval_freq = 50_000
checkpoint_freq = 50_000
[agent]
frame_stack = 4
buffer_size = 100_000
learning_starts = 1_000
train_freq = 4
[net]
body = "small"
)"};

}  // namespace

AgentEntry sac_entry() {
  return {.name = "sac",
          .description = "soft actor-critic: continuous actions, from replay",
          .actions = ActionKind::kBox,
          .usual = kUsual,
          .agent = make,
          .policy = load};
}

}  // namespace tengen
