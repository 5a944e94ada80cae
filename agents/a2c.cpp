// A2C (Mnih et al. 2016, synchronous): one gradient step for each rollout, all lanes together.
// Settings have Stable-Baselines3's names and defaults where it has them; its rms_prop_eps is
// optimizer_eps.
//
// The loss is the mean over the rollout's N rows of −A log π(a|s) + vf_coef (V − R)² − ent_coef H,
// with the advantages A and returns R of gae(), so that
//
//   ∂L/∂log π = −A/N,   ∂L/∂H = −ent_coef/N,   ∂L/∂V = 2 vf_coef (V − R)/N
#include "agents/on_policy.hpp"
#include "agents/registry.hpp"
#include "agents/returns.hpp"
#include "agents/rows.hpp"

namespace tengen {
namespace {

struct A2cOptions {
  float gae_lambda = 1;
  bool normalize_advantage = false;
};

ActorCriticSettings read_settings(const AgentContext& context) {
  return read_actor_critic_settings(
      context, {.learning_rate = 7e-4,
                .n_steps = 5,
                .optimiser = {.max_grad_norm = 0.5F, .kind = "rmsprop", .eps = 1e-5F}});
}

A2cOptions read_options(const AgentContext& context) {
  const Config agent = context.config.section("agent");
  A2cOptions o;
  o.gae_lambda = agent.get<float>("gae_lambda", o.gae_lambda, 0.0F, 1.0F);
  o.normalize_advantage = agent.get<bool>("normalize_advantage", o.normalize_advantage);
  return o;
}

void update(OnPolicyAgent::Work& work, const ActorCriticSettings& settings,
            const A2cOptions& options) {
  Rollout& rollout = work.rollout;
  std::vector<float> advantage(rollout.rows()), returns(rollout.rows());
  gae(rollout.reward(), rollout.ended(), rollout.value, work.last_value, settings.gamma,
      options.gae_lambda, advantage, returns);
  if (options.normalize_advantage) standardise(advantage);

  struct Sums {
    double policy = 0, value = 0, entropy = 0;
  };
  std::vector<Sums> sums(usize(settings.shards));
  const auto count = static_cast<float>(rollout.rows());
  const auto loss = [&](const MiniBatch& batch) {
    Sums& sum = sums[usize(batch.shard)];
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      const std::size_t row = batch.rows[i];
      const Likelihood now =
          differentiate(work.distribution, rollout, batch, i, [&](const Likelihood&) {
            return LikelihoodGradient{.d_loss_d_log_prob = -advantage[row] / count,
                                      .d_loss_d_entropy = -settings.ent_coef / count};
          });
      sum.policy -= advantage[row] * now.log_prob;
      sum.entropy += now.entropy;
      const float error = batch.value[i] - returns[row];
      sum.value += static_cast<double>(error) * error;
      batch.d_loss_d_value[i] = 2 * settings.vf_coef * error / count;
    }
  };
  const double norm = work.learner.step(rollout, whole(rollout, settings.n_steps),
                                        work.learning_rate, loss, work.pool);
  for (std::size_t i = 1; i < sums.size(); ++i) {
    sums[0].policy += sums[i].policy;
    sums[0].value += sums[i].value;
    sums[0].entropy += sums[i].entropy;
  }
  work.logger.record_mean("train/policy_loss", sums[0].policy / count);
  work.logger.record_mean("train/value_loss", sums[0].value / count);
  work.logger.record_mean("train/entropy_loss", -sums[0].entropy / count);
  work.logger.record_mean("train/grad_norm", norm);
  work.logger.record("train/explained_variance", explained_variance(rollout.value, returns));
}

std::unique_ptr<Agent> make(const AgentContext& context) {
  const ActorCriticSettings settings = read_settings(context);
  const A2cOptions options = read_options(context);
  return std::make_unique<OnPolicyAgent>(
      context, settings,
      [settings, options](OnPolicyAgent::Work& work) { update(work, settings, options); });
}

std::unique_ptr<Policy> load(const AgentContext& context, const ArchiveReader& reader) {
  return load_actor_critic_policy(context, read_settings(context), reader);
}

constexpr AgentEntry::Usual kUsual = {.vectors = R"(
steps = 400_000
n_envs = 16
[agent]
n_steps = 16
learning_rate_schedule = "linear"
gae_lambda = 0.95
normalize_advantage = true
normalize_observation = true
normalize_reward = true
[net]
hidden = [64, 64]
)",
                                      .pictures = R"(
steps = 4_000_000
n_envs = 16
eval_freq = 200_000
checkpoint_freq = 200_000
log_freq = 8_000
[agent]
frame_stack = 4
learning_rate_schedule = "linear"
vf_coef = 0.25
ent_coef = 0.01
reward_clip = "sign"
[net]
body = "small"
)"};

}  // namespace

AgentEntry a2c_entry() {
  return {.name = "a2c",
          .description = "advantage actor-critic: one step a rollout",
          .draws_actions = true,
          .usual = kUsual,
          .agent = make,
          .policy = load};
}

}  // namespace tengen
