// REINFORCE (Williams 1992): the policy gradient from whole episodes' returns. A rollout's steps
// after a lane's last episode end have no return yet and are not learned from, so that n_steps
// should be several episodes long.
//
// The loss is the mean over the N rows whose episode has ended of
// −(R − b) log π(a|s) + vf_coef (V − R)² − ent_coef H with the return R and the baseline b, so that
//
//   ∂L/∂log π = −(R − b)/N,   ∂L/∂H = −ent_coef/N,   ∂L/∂V = 2 vf_coef (V − R)/N
//
// where b = V (baseline = "value"), or b is the rows' mean return and R − b is divided by their
// deviation ("mean"), or b = 0 ("none"); in the last two cases no V is learned.
#include "agents/on_policy.hpp"
#include "agents/registry.hpp"
#include "agents/returns.hpp"
#include "agents/rows.hpp"

namespace tengen {
namespace {

enum class Baseline { kValue, kMean, kNone };

Baseline read_baseline(const AgentContext& context) {
  return context.config.section("agent").choice<Baseline>(
      "baseline", "value",
      {{"value", Baseline::kValue}, {"mean", Baseline::kMean}, {"none", Baseline::kNone}});
}

ActorCriticSettings read_settings(const AgentContext& context) {
  ActorCriticSettings settings = read_actor_critic_settings(
      context, {.learning_rate = 1e-3, .n_steps = 512, .optimiser = {.max_grad_norm = 0.5F}});
  settings.bootstrap_truncated = read_baseline(context) == Baseline::kValue;
  return settings;
}

// Rows whose episode ended within the rollout.
Selection finished_rows(const Rollout& rollout) {
  const std::size_t lanes = usize(rollout.lanes());
  std::vector<bool> ended(lanes, false);
  Selection selection;
  for (std::size_t row = rollout.rows(); row-- > 0;) {
    ended[row % lanes] = ended[row % lanes] || rollout.ended()[row] != 0;
    if (ended[row % lanes]) selection.rows.push_back(row);
  }
  return selection;
}

void update(OnPolicyAgent::Work& work, const ActorCriticSettings& settings, Baseline baseline) {
  Rollout& rollout = work.rollout;
  const Selection finished = finished_rows(rollout);
  if (finished.rows.empty()) return;
  const std::vector<float> none(usize(rollout.lanes()), 0.0F);
  std::vector<float> returns(rollout.rows());
  n_step_returns(rollout.reward(), rollout.ended(), none, settings.gamma, returns);

  std::vector<float> chosen;
  for (const std::size_t row : finished.rows) chosen.push_back(returns[row]);
  const Moments spread = moments(chosen);
  const auto advantage = [&](std::size_t row) {
    if (baseline == Baseline::kValue) return returns[row] - rollout.value[row];
    if (baseline == Baseline::kMean)
      return (returns[row] - spread.mean) / (spread.deviation + 1e-8F);
    return returns[row];
  };
  const float vf_coef = baseline == Baseline::kValue ? settings.vf_coef : 0.0F;
  const bool memory = settings.network.state_size() > 0;
  const auto count = static_cast<float>(finished.rows.size());
  std::vector<bool> counts(rollout.rows(), false);
  for (const std::size_t row : finished.rows) counts[row] = true;
  std::vector<double> entropy(usize(settings.shards));
  const auto loss = [&](const MiniBatch& batch) {
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      const std::size_t row = batch.rows[i];
      if (!counts[row]) continue;
      const Likelihood now =
          differentiate(work.distribution, rollout, batch, i, [&](const Likelihood&) {
            return LikelihoodGradient{.d_loss_d_log_prob = -advantage(row) / count,
                                      .d_loss_d_entropy = -settings.ent_coef / count};
          });
      entropy[usize(batch.shard)] += now.entropy;
      batch.d_loss_d_value[i] = 2 * vf_coef * (batch.value[i] - returns[row]) / count;
    }
  };
  const double norm =
      work.learner.step(rollout, memory ? whole(rollout, settings.n_steps) : finished,
                        work.learning_rate, loss, work.pool);
  double total = 0;
  for (const double e : entropy) total += e;
  work.logger.record_mean("train/entropy_loss", -total / count);
  work.logger.record_mean("train/return_mean", spread.mean);
  work.logger.record_mean("train/grad_norm", norm);
}

std::unique_ptr<Agent> make(const AgentContext& context) {
  const ActorCriticSettings settings = read_settings(context);
  const Baseline baseline = read_baseline(context);
  return std::make_unique<OnPolicyAgent>(
      context, settings,
      [settings, baseline](OnPolicyAgent::Work& work) { update(work, settings, baseline); });
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader& reader) {
  return load_actor_critic_policy(context, read_settings(context), reader);
}

constexpr AgentEntry::Usual kUsual = {.vectors = R"(
steps = 400_000
n_envs = 8
[agent]
learning_rate = 1e-3
normalize_observation = true
[net]
hidden = [64, 64]
)",
                                      .pictures = R"(
steps = 4_000_000
n_envs = 16
eval_freq = 200_000
checkpoint_freq = 200_000
log_freq = 8_192
[agent]
frame_stack = 4
reward_clip = "sign"
[net]
body = "small"
)"};

}  // namespace

AgentEntry reinforce_entry() {
  return {.name = "reinforce",
          .description = "the policy gradient from whole episodes' returns",
          .draws_actions = true,
          .usual = kUsual,
          .agent = make,
          .policy = load};
}

}  // namespace tengen
