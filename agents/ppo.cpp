// PPO (Schulman et al. 2017): several epochs of minibatches over each rollout, held near the policy
// that acted by clipping the probability ratio. Settings have Stable-Baselines3's names and
// defaults where it has them, apart from n_steps (128, not 2048), batch_size (256, not 64) and
// n_epochs (4, not 10), which are its zoo's for Atari. With memory (net.recurrent) a minibatch is a
// few lanes' whole sequences.
//
// The loss of a minibatch is the mean over its N rows of
//
//   L = −min(ρ A, clip(ρ, 1 − ε, 1 + ε) A) + vf_coef (V' − R)² − ent_coef H
//
// where ρ = π(a|s)/π_acted(a|s), ε is clip_range, A the advantage (gae(); normalised over the
// minibatch where normalize_advantage says so), R = A + V_acted the return before that, H the
// policy's entropy, and V' = V_acted + clip(V − V_acted, ±clip_range_vf), or V where that is 0.
// Its derivatives, which PpoLoss writes, are
//
//   ∂L/∂log π = −ρ A/N where ρ A is the smaller of the two, else 0
//   ∂L/∂H     = −ent_coef/N
//   ∂L/∂V     = 2 vf_coef (V − R)/N where V is not clipped, else 0
#include "agents/on_policy.hpp"
#include "agents/registry.hpp"
#include "agents/returns.hpp"
#include "agents/rows.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {
namespace {

struct PpoOptions {
  int batch_size = 256, n_epochs = 4;
  float gae_lambda = 0.95F;
  float clip_range = 0.2F;
  bool anneal_clip = false;  // clip_range falls to 0 over the run
  float clip_range_vf = 0;   // 0: values are not clipped
  bool normalize_advantage = true;
  float target_kl = 0;  // 0: no epoch is cut short
};

ActorCriticSettings read_settings(const AgentContext& context) {
  return read_actor_critic_settings(context, {});
}

PpoOptions read_options(const AgentContext& context) {
  const Config agent = context.config.section("agent");
  PpoOptions o;
  o.batch_size = agent.get<int>("batch_size", o.batch_size, 1, 1 << 24);
  o.n_epochs = agent.get<int>("n_epochs", o.n_epochs, 1, 1000);
  o.gae_lambda = agent.get<float>("gae_lambda", o.gae_lambda, 0.0F, 1.0F);
  o.clip_range = agent.get<float>("clip_range", o.clip_range, 0.0F, 10.0F);
  o.anneal_clip = read_annealing(agent, "clip_range_schedule");
  o.clip_range_vf = agent.get<float>("clip_range_vf", o.clip_range_vf, 0.0F, 1e9F);
  o.normalize_advantage = agent.get<bool>("normalize_advantage", o.normalize_advantage);
  o.target_kl = agent.get<float>("target_kl", o.target_kl, 0.0F, 1e9F);
  return o;
}

void check_batch(const PpoOptions& options, const ActorCriticSettings& settings, int lanes) {
  const std::int64_t rows = std::int64_t{settings.n_steps} * lanes;
  if (options.batch_size > rows)
    throw UsageError("agent.batch_size = {} is more than a rollout's {} rows (n_steps x n_envs)",
                     options.batch_size, rows);
  if (settings.network.state_size() > 0 && options.batch_size % settings.n_steps != 0)
    throw UsageError(
        "agent.batch_size = {} must be a multiple of agent.n_steps = {}: with memory a "
        "minibatch is made of whole sequences",
        options.batch_size, settings.n_steps);
}

// Sums over rows, for the metrics.
struct Sums {
  double policy_loss = 0, value_loss = 0, entropy = 0, kl = 0, clipped = 0;
  void add(const Sums& other) {
    policy_loss += other.policy_loss;
    value_loss += other.value_loss;
    entropy += other.entropy;
    kl += other.kl;
    clipped += other.clipped;
  }
};

// The loss of the file's head, with the targets and constants of one rollout.
class PpoLoss {
 public:
  PpoLoss(const OnPolicyAgent::Work& work, const ActorCriticSettings& settings,
          const PpoOptions& options)
      : rollout_(work.rollout),
        distribution_(work.distribution),
        settings_(settings),
        options_(options),
        clip_(options.clip_range * static_cast<float>(options.anneal_clip ? 1 - work.progress : 1)),
        advantage_(work.rollout.rows()),
        returns_(advantage_.size()),
        sums_(usize(settings.shards)) {
    gae(work.rollout.reward(), work.rollout.ended(), work.rollout.value, work.last_value,
        settings.gamma, options.gae_lambda, advantage_, returns_);
  }

  // Normalises the advantages of a minibatch, before it is differentiated.
  void begin(const Selection& selection) {
    count_ = static_cast<float>(selection.rows.size());
    std::ranges::fill(sums_, Sums{});
    mean_ = 0;
    scale_ = 1;
    if (!options_.normalize_advantage || selection.rows.size() < 2) return;
    chosen_.clear();
    for (const std::size_t row : selection.rows) chosen_.push_back(advantage_[row]);
    const auto [mean, deviation] = moments(chosen_);
    mean_ = mean;
    scale_ = 1 / (deviation + 1e-8F);
  }

  // Writes the derivatives by the outputs for each row.
  void operator()(const MiniBatch& batch) {
    Sums& sums = sums_[usize(batch.shard)];
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      const std::size_t row = batch.rows[i];
      differentiate(distribution_, rollout_, batch, i,
                    [&](const Likelihood& now) { return d_loss_d_likelihood(now, row, sums); });
      batch.d_loss_d_value[i] = d_loss_d_value(batch.value[i], row, sums);
    }
  }

  [[nodiscard]] Sums means() const {
    Sums total;
    for (const Sums& sums : sums_) total.add(sums);
    const double n = count_;
    return {total.policy_loss / n, total.value_loss / n, total.entropy / n, total.kl / n,
            total.clipped / n};
  }
  [[nodiscard]] float clip() const { return clip_; }
  [[nodiscard]] double explained() const { return explained_variance(rollout_.value, returns_); }

 private:
  LikelihoodGradient d_loss_d_likelihood(const Likelihood& now, std::size_t row, Sums& sums) const {
    const float advantage = (advantage_[row] - mean_) * scale_;
    const float log_ratio = now.log_prob - rollout_.log_prob[row], ratio = std::exp(log_ratio);
    const float clipped = std::clamp(ratio, 1 - clip_, 1 + clip_);
    const bool active = ratio * advantage <= clipped * advantage;
    sums.policy_loss -= std::min(ratio * advantage, clipped * advantage);
    sums.entropy += now.entropy;
    sums.kl += ratio - 1 - log_ratio;  // Schulman's estimator k3: never negative
    sums.clipped += std::abs(ratio - 1) > clip_ ? 1 : 0;
    return {.d_loss_d_log_prob = active ? -advantage * ratio / count_ : 0.0F,
            .d_loss_d_entropy = -settings_.ent_coef / count_};
  }

  float d_loss_d_value(float value, std::size_t row, Sums& sums) const {
    const float acted = rollout_.value[row], limit = options_.clip_range_vf;
    const bool clipped = limit > 0 && std::abs(value - acted) > limit;
    const float near = clipped ? acted + std::clamp(value - acted, -limit, limit) : value;
    const float error = near - returns_[row];
    sums.value_loss += static_cast<double>(error) * error;
    return clipped ? 0.0F : 2 * settings_.vf_coef * error / count_;
  }

  Rollout& rollout_;
  const ActionDistribution& distribution_;
  const ActorCriticSettings& settings_;
  const PpoOptions& options_;
  float clip_;
  std::vector<float> advantage_, returns_;  // by row of the rollout
  std::vector<float> chosen_;               // advantages of the minibatch
  float mean_ = 0, scale_ = 1, count_ = 1;  // of the minibatch: A = (advantage − mean) · scale
  std::vector<Sums> sums_;                  // by shard
};

void update(OnPolicyAgent::Work& work, const ActorCriticSettings& settings,
            const PpoOptions& options) {
  PpoLoss loss(work, settings, options);
  const bool memory = settings.network.state_size() > 0;
  const int steps = memory ? settings.n_steps : 1;
  const std::size_t batch = usize(options.batch_size / steps);
  // Without memory a column of a minibatch is any row; with it, a lane.
  std::vector<std::size_t> order = whole(work.rollout, memory ? 1 : settings.n_steps).rows;
  Sums last;
  bool near = true;  // to the policy that acted
  for (int epoch = 0; epoch < options.n_epochs && near; ++epoch) {
    shuffle(order, work.rng);
    for (std::size_t begin = 0; begin < order.size() && near; begin += batch) {
      const auto columns = std::span(order).subspan(begin, std::min(batch, order.size() - begin));
      const Selection selection = sequences(work.rollout, columns, steps);
      loss.begin(selection);
      work.learner.differentiate(work.rollout, selection, std::ref(loss), work.pool);
      last = loss.means();
      near = options.target_kl <= 0 || !(last.kl > 1.5 * options.target_kl);
      work.logger.record_mean("train/policy_gradient_loss", last.policy_loss);
      work.logger.record_mean("train/value_loss", last.value_loss);
      work.logger.record_mean("train/entropy_loss", -last.entropy);
      work.logger.record_mean("train/clip_fraction", last.clipped);
      if (near)  // else the policy is too far already, and this step would take it farther
        work.logger.record_mean("train/grad_norm",
                                work.learner.apply(work.learning_rate, work.pool));
    }
  }
  work.logger.record("train/approx_kl", last.kl);
  work.logger.record("train/clip_range", loss.clip());
  work.logger.record("train/explained_variance", loss.explained());
}

std::unique_ptr<Agent> make(const AgentContext& context) {
  const ActorCriticSettings settings = read_settings(context);
  const PpoOptions options = read_options(context);
  check_batch(options, settings, context.lanes);
  return std::make_unique<OnPolicyAgent>(
      context, settings,
      [settings, options](OnPolicyAgent::Work& work) { update(work, settings, options); });
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader& reader) {
  return load_actor_critic_policy(context, read_settings(context), reader);
}

constexpr AgentEntry::Usual kUsual = {.vectors = R"(
steps = 200_000
n_envs = 8
[agent]
n_steps = 128
n_epochs = 10
learning_rate = 1e-3
learning_rate_schedule = "linear"
normalize_observation = true
normalize_reward = true
[net]
hidden = [64, 64]
)",
                                      .pictures = R"(
steps = 2_000_000
n_envs = 16
eval_freq = 100_000
checkpoint_freq = 100_000
log_freq = 8_192
[agent]
frame_stack = 4
learning_rate = 5e-4
learning_rate_schedule = "linear"
clip_range = 0.1
ent_coef = 0.01
reward_clip = "sign"
[net]
body = "small"
)"};

}  // namespace

AgentEntry ppo_entry() {
  return {.name = "ppo",
          .description = "proximal policy optimisation: epochs of clipped minibatches a rollout",
          .draws_actions = true,
          .usual = kUsual,
          .agent = make,
          .policy = load};
}

}  // namespace tengen
