// IMPALA (Espeholt et al. 2018) on one machine: while one core acts, another learns from the
// rollout before, and V-trace corrects for the policy that acted being older than the one that
// learns.
//
// Rollouts are handed over at fixed points: the policy that acts rollout k has learnt from rollouts
// up to k − 2 (`lag = 1`) or k − 1 (`lag = 0`, nothing overlaps). So staleness is bounded, and the
// results depend on seed and settings alone, not on which of the two was faster.
//
// The loss of a minibatch of N rows is the mean of −A log π(a|s) + vf_coef (V − v)² − ent_coef H,
// with the targets v and advantages A of vtrace(), so that
//
//   ∂L/∂log π = −A/N,   ∂L/∂H = −ent_coef/N,   ∂L/∂V = 2 vf_coef (V − v)/N
#include "agents/on_policy.hpp"
#include "agents/registry.hpp"
#include "agents/returns.hpp"
#include "agents/rows.hpp"
#include "core/background.hpp"

#include <algorithm>
#include <numeric>

namespace tengen {
namespace {

struct ImpalaOptions {
  int lag = 1;
  int batch_lanes = 1;  // whose rows are a minibatch
  int n_epochs = 1;
  VtraceOptions vtrace;
};

ActorCriticSettings read_settings(const AgentContext& context) {
  return read_actor_critic_settings(
      context, {.learning_rate = 6e-4,
                .schedule = "linear",
                .n_steps = 20,
                .optimiser = {.max_grad_norm = 0.5F, .kind = "rmsprop", .eps = 1e-5F}});
}

ImpalaOptions read_options(const AgentContext& context, const ActorCriticSettings& settings) {
  const Config agent = context.config.section("agent");
  ImpalaOptions o;
  o.lag = agent.get<int>("lag", o.lag, 0, 1);
  const int batch = agent.get<int>("batch_size", 0, 0, 1 << 24);  // 0: the whole rollout
  if (batch % settings.n_steps != 0)
    throw UsageError(
        "agent.batch_size = {} must be a multiple of agent.n_steps = {}: V-trace runs "
        "along whole sequences",
        batch, settings.n_steps);
  o.batch_lanes = batch == 0 ? context.lanes : batch / settings.n_steps;
  o.n_epochs = agent.get<int>("n_epochs", o.n_epochs, 1, 100);
  o.vtrace.gamma = settings.gamma;
  o.vtrace.lambda = agent.get<float>("vtrace_lambda", o.vtrace.lambda, 0.0F, 1.0F);
  o.vtrace.rho_bar = agent.get<float>("rho_bar", o.vtrace.rho_bar, 0.0F, 1e9F);
  o.vtrace.c_bar = agent.get<float>("c_bar", o.vtrace.c_bar, 0.0F, 1e9F);
  o.vtrace.pg_rho_bar = agent.get<float>("pg_rho_bar", o.vtrace.rho_bar, 0.0F, 1e9F);
  return o;
}

// Sums over rows and gradient steps, for the metrics.
struct Sums {
  double policy_loss = 0, value_loss = 0, entropy = 0, ratio = 0, norm = 0;
  std::int64_t rows = 0, steps = 0;
};

class Impala final : public Agent {
 public:
  Impala(const AgentContext& context, const ActorCriticSettings& settings,
         const ImpalaOptions& options);

  StepView slot() override { return actor_.slot(); }
  ActionView act() override { return actor_.act(acting_.views()); }
  void learn(Logger& logger) override;
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  [[nodiscard]] std::string_view precision() const override { return name_of(backend_.precision); }
  // Of the weights that act: the learner's may be changing at this moment.
  [[nodiscard]] std::unique_ptr<Policy> policy(int lanes) const override {
    return std::make_unique<ActorCriticPolicy>(learner_.network(), acting_, actor_.normaliser(),
                                               actor_.scale(), backend_, env_, lanes,
                                               settings_.sampling, seed_, nullptr);
  }
  void save(ArchiveWriter& writer, const std::filesystem::path& directory) override {
    finish();
    records({writer, directory});
  }
  void load(const ArchiveReader& reader, const std::filesystem::path& directory) override {
    records({reader, directory});
  }
  void save_policy(ArchiveWriter& writer) const override {
    acting_.save(writer, "agent/online");
    actor_.save_policy(writer);
  }
  void start_from(const ArchiveReader& player) override {
    learner_.start_from(player);
    acting_.copy_from(learner_.parameters());
    actor_.start_from(player);
  }

 private:
  void records(const Checkpoint& checkpoint);
  void hand_over(Logger& logger);
  void finish();
  void report(Logger& logger);
  void update(double learning_rate);
  void differentiate_loss(const MiniBatch& batch, float count);

  ActorCriticSettings settings_;
  ImpalaOptions options_;
  EnvSpec env_;
  std::uint64_t seed_;
  Backend backend_;
  Learner learner_;
  Parameters acting_;
  RolloutActor actor_;
  ScheduleClock schedule_;
  std::int64_t steps_ = 0;
  bool reported_ = true;  // sums_ are in the logger

  // While the learner is under way, these are its own:
  Rollout learning_;
  Rng order_rng_;
  std::vector<Sums> sums_;  // by shard
  WorkerPool pool_;
  std::unique_ptr<Background> background_;  // null on one thread; the last, for it must stop first
};

Impala::Impala(const AgentContext& context, const ActorCriticSettings& settings,
               const ImpalaOptions& options)
    : settings_(settings),
      options_(options),
      env_(context.env),
      seed_(context.seed),
      backend_(make_backend(context.device, settings.network.net.precision)),
      learner_(settings, backend_, context.seed),
      acting_(learner_.network()->layout(), backend_),
      // The other cores are the learner's while the two overlap.
      actor_(context, settings, learner_.network(), backend_,
             options.lag > 0 ? nullptr : context.pool),
      schedule_(settings.total_steps),
      learning_(actor_.rollout()),
      order_rng_(Rng(context.seed).split(1001)),
      sums_(usize(settings.shards)),
      pool_(std::max(1, context.pool->threads() - options.lag)) {
  acting_.copy_from(learner_.parameters());
  if (context.pool->threads() > 1 && options.lag > 0) background_ = std::make_unique<Background>();
}

void Impala::learn(Logger& logger) {
  actor_.take(acting_.views());
  steps_ += actor_.rollout().lanes();
  if (!actor_.rollout().full()) return;
  if (options_.lag == 0) {
    hand_over(logger);
    finish();
    report(logger);
    acting_.copy_from(learner_.parameters());
    return;
  }
  finish();
  report(logger);
  acting_.copy_from(learner_.parameters());
  hand_over(logger);
}

// Hands the full rollout to the learner, which starts; the actor goes on in the memory of the
// rollout before.
void Impala::hand_over(Logger& logger) {
  actor_.restart(learning_);
  reported_ = false;
  const double rate = settings_.learning_rate_at(schedule_, steps_);
  logger.record("train/learning_rate", rate);
  if (background_)
    background_->start([this, rate] { update(rate); });
  else
    update(rate);
}

void Impala::finish() {
  if (background_) background_->wait();
}

void Impala::report(Logger& logger) {
  if (reported_) return;
  reported_ = true;
  Sums all;
  for (const Sums& part : sums_) {
    all.policy_loss += part.policy_loss;
    all.value_loss += part.value_loss;
    all.entropy += part.entropy;
    all.ratio += part.ratio;
    all.norm += part.norm;
    all.rows += part.rows;
    all.steps += part.steps;
  }
  const auto rows = static_cast<double>(all.rows);
  logger.record_mean("train/policy_loss", all.policy_loss / rows);
  logger.record_mean("train/value_loss", all.value_loss / rows);
  logger.record_mean("train/entropy_loss", -all.entropy / rows);
  logger.record_mean("train/importance_ratio", all.ratio / rows);
  logger.record_mean("train/grad_norm", all.norm / static_cast<double>(all.steps));
  logger.record("train/n_updates", static_cast<double>(learner_.updates()));
}

void Impala::update(double learning_rate) {
  std::ranges::fill(sums_, Sums{});
  std::vector<std::size_t> lanes(usize(learning_.lanes()));
  std::iota(lanes.begin(), lanes.end(), std::size_t{0});
  for (int epoch = 0; epoch < options_.n_epochs; ++epoch) {
    shuffle(lanes, order_rng_);
    for (std::size_t begin = 0; begin < lanes.size();) {
      const std::size_t end = std::min(lanes.size(), begin + usize(options_.batch_lanes));
      // One step more than was acted: its values bootstrap.
      const Selection selection =
          sequences(learning_, std::span(lanes).subspan(begin, end - begin), settings_.n_steps + 1);
      const auto count = static_cast<float>(settings_.n_steps) * static_cast<float>(end - begin);
      sums_[0].norm += learner_.step(
          learning_, selection, learning_rate,
          [&](const MiniBatch& batch) { differentiate_loss(batch, count); }, pool_);
      ++sums_[0].steps;
      begin = end;
    }
  }
}

void Impala::differentiate_loss(const MiniBatch& batch, float count) {
  const ActionDistribution& distribution = actor_.distribution();
  const std::size_t columns = batch.rows.size() / usize(batch.steps);
  const std::size_t acted = batch.rows.size() - columns;
  std::vector<float> log_ratio(acted), reward(acted), targets(acted), advantage(acted);
  std::vector<std::uint8_t> ended(acted);
  for (std::size_t i = 0; i < acted; ++i) {
    const std::size_t row = batch.rows[i];
    const auto action = distribution.action_at(learning_.action, learning_.box_action, row);
    log_ratio[i] = distribution.at(batch.policy_row(i), learning_.legal(row), action).log_prob -
                   learning_.log_prob[row];
    reward[i] = learning_.reward()[row];
    ended[i] = learning_.ended()[row];
  }
  vtrace(log_ratio, reward, ended, batch.value.first(acted), batch.value.subspan(acted),
         options_.vtrace, targets, advantage);

  Sums& sum = sums_[usize(batch.shard)];
  for (std::size_t i = 0; i < acted; ++i) {
    const Likelihood now = differentiate(distribution, learning_, batch, i, [&](const Likelihood&) {
      return LikelihoodGradient{.d_loss_d_log_prob = -advantage[i] / count,
                                .d_loss_d_entropy = -settings_.ent_coef / count};
    });
    sum.policy_loss -= advantage[i] * now.log_prob;
    sum.entropy += now.entropy;
    const float error = batch.value[i] - targets[i];
    sum.value_loss += static_cast<double>(error) * error;
    sum.ratio += std::exp(log_ratio[i]);
    batch.d_loss_d_value[i] = 2 * settings_.vf_coef * error / count;
  }
  sum.rows += static_cast<std::int64_t>(acted);
}

void Impala::records(const Checkpoint& checkpoint) {
  learner_.records(checkpoint);
  checkpoint.part("agent/acting", acting_);
  actor_.records(checkpoint);
  checkpoint.count("agent/steps", steps_);
  checkpoint.value("agent/order_rng", order_rng_);
  checkpoint.schedule("agent/schedule", schedule_, steps_);
  checkpoint.flag("agent/reported", reported_);
  checkpoint.values("agent/sums", std::span(sums_));
}

std::unique_ptr<Agent> make(const AgentContext& context) {
  const ActorCriticSettings settings = read_settings(context);
  return std::make_unique<Impala>(context, settings, read_options(context, settings));
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader& reader) {
  return load_actor_critic_policy(context, read_settings(context), reader);
}

constexpr AgentEntry::Usual kUsual = {.vectors = R"(
steps = 400_000
n_envs = 16
[agent]
optimizer = "adam"
learning_rate = 1e-3
vtrace_lambda = 0.95
normalize_observation = true
normalize_reward = true
[net]
hidden = [64, 64]
)",
                                      .pictures = R"(
steps = 4_000_000
n_envs = 32
eval_freq = 200_000
checkpoint_freq = 200_000
log_freq = 10_240
[agent]
frame_stack = 4
batch_size = 160
learning_rate = 1e-3
optimizer = "adam"
ent_coef = 0.01
vtrace_lambda = 0.95
reward_clip = "sign"
[net]
body = "small"
)"};

}  // namespace

AgentEntry impala_entry() {
  return {.name = "impala",
          .description = "actor and learner side by side, V-trace between them",
          .acts_while_learning = true,
          .draws_actions = true,
          .usual = kUsual,
          .agent = make,
          .policy = load};
}

}  // namespace tengen
