#include "agents/on_policy.hpp"

#include "agents/explore.hpp"
#include "agents/rows.hpp"

#include <algorithm>
#include <numeric>

namespace tengen {

// ---- Acting ----------------------------------------------------------------------------------

RolloutActor::RolloutActor(const AgentContext& context, const ActorCriticSettings& settings,
                           std::shared_ptr<const ActorCritic> network, const Backend& backend,
                           WorkerPool* pool)
    : settings_(settings),
      network_(std::move(network)),
      distribution_(context.env.action),
      scale_(context.env.action),
      normaliser_(settings.normalize_observation, settings.network.net.input.depth()),
      rewards_(settings.normalize_reward, context.lanes, settings.gamma),
      rollout_(context.env, {.lanes = context.lanes,
                             .steps = settings.n_steps,
                             .stack = settings.stack,
                             .state_size = settings.network.state_size(),
                             .scaled = static_cast<int>(normaliser_.shift().size())}),
      actor_(*network_, backend, context.lanes, pool),
      action_(context.env.action, context.lanes),
      rng_(Rng(context.seed).split(1000)),
      first_(usize(context.lanes)),
      frames_(first_.size() * usize(settings.stack)) {
  if (normaliser_.on())
    seen_ = make_input(settings.network.net.input, context.lanes, torch::kFloat32);
}

ActionView RolloutActor::act(const ParameterViews& parameters) {
  if (!started_) {
    rollout_.start();
    see_newest();
  }
  started_ = true;
  if (rollout_.size() == 0) std::ranges::copy(actor_.state(), rollout_.state.begin());
  for (int lane = 0; lane < rollout_.lanes(); ++lane) {
    const std::size_t row = rollout_.row(rollout_.size(), lane);
    rollout_.put_stack(row, row_of(frames_, lane, settings_.stack));
    first_[usize(lane)] = rollout_.starts(row) ? 1 : 0;
  }
  actor_.run(*network_, parameters, normaliser_, frames_, first_);
  const int dimensions = distribution_.dimensions();
  for (int lane = 0; lane < rollout_.lanes(); ++lane) {
    const std::size_t row = rollout_.row(rollout_.size(), lane);
    ActionDistribution::Action action{.box = row_of(rollout_.box_action, row, dimensions)};
    const Likelihood likelihood =
        distribution_.sample(actor_.policy(lane), rollout_.legal(row), rng_, action);
    rollout_.log_prob[row] = likelihood.log_prob;
    rollout_.value[row] = actor_.value()[usize(lane)];
    if (distribution_.discrete()) {
      rollout_.action[row] = action_.view().discrete[usize(lane)] = action.discrete;
    } else {
      require_finite(action.box);  // deviations overflow before means do
      scale_.apply(action.box, row_of(action_.view().box, lane, dimensions));
    }
  }
  slot_ = rollout_.slot();
  return action_.view();
}

void RolloutActor::take(const ParameterViews& parameters) {
  const std::size_t begin = rollout_.rows();
  rollout_.commit();
  see_newest();
  const std::size_t lanes = first_.size();
  const auto reward = rollout_.reward().subspan(begin, lanes);
  for (float& r : reward) {
    r *= settings_.reward_scale;
    if (settings_.clip_reward) r = sign(r);
  }
  rewards_.apply(reward, rollout_.ended().subspan(begin, lanes));

  if (!settings_.bootstrap_truncated) return;
  std::vector<int> truncated;
  for (std::size_t i = 0; i < lanes; ++i)
    if (slot_.truncated[i] != 0) truncated.push_back(static_cast<int>(i));
  if (truncated.empty()) return;
  std::vector<const std::byte*> frames(truncated.size() * usize(settings_.stack));
  for (std::size_t i = 0; i < truncated.size(); ++i)
    rollout_.put_final_stack(truncated[i], row_of(frames, i, settings_.stack));
  const auto values = actor_.values(*network_, parameters, normaliser_, frames, truncated);
  for (std::size_t i = 0; i < truncated.size(); ++i)
    reward[usize(truncated[i])] += settings_.gamma * values[i];
}

void RolloutActor::gather_newest() {
  for (std::size_t i = 0; i < first_.size(); ++i)
    rollout_.put_stack(rollout_.rows() + i, row_of(frames_, i, settings_.stack));
}

std::vector<float> RolloutActor::last_values(const ParameterViews& parameters) {
  gather_newest();
  std::vector<int> lanes(first_.size());
  std::iota(lanes.begin(), lanes.end(), 0);
  // Where an episode ended with the last step, the value counts for nothing, whatever the state.
  return actor_.values(*network_, parameters, normaliser_, frames_, lanes);
}

// The normaliser learns from the newest observations before anybody acts on them; the learner will
// see them by the same scale.
void RolloutActor::see_newest() {
  if (!normaliser_.on()) return;
  gather_newest();
  gather(settings_.network.net.input, frames_, seen_);
  normaliser_.update(float_span(seen_));
  const int scaled = rollout_.options().scaled;
  std::ranges::copy(normaliser_.shift(), row_of(rollout_.shift, rollout_.size(), scaled).begin());
  std::ranges::copy(normaliser_.factor(), row_of(rollout_.factor, rollout_.size(), scaled).begin());
}

void RolloutActor::restart(Rollout& taken) {
  std::swap(rollout_, taken);
  rollout_.restart(taken);
}

void RolloutActor::records(const Checkpoint& checkpoint) {
  checkpoint.part("agent/inputs", normaliser_);
  if (checkpoint.reading()) {  // earlier versions kept one scale for a whole rollout
    const std::size_t width = normaliser_.shift().size();
    for (std::size_t i = 0; i < rollout_.shift.size(); ++i) {
      rollout_.shift[i] = normaliser_.shift()[i % width];
      rollout_.factor[i] = normaliser_.factor()[i % width];
    }
    started_ = true;
  }
  checkpoint.part("agent/rollout", rollout_);
  checkpoint.values("agent/state", actor_.state());
  checkpoint.value("agent/act_rng", rng_);
  checkpoint.part("agent/rewards", rewards_);
  checkpoint.part("agent/action", scale_);
}

void RolloutActor::start_from(const ArchiveReader& player) {
  if (player.has("agent/inputs/mean") != normaliser_.on())
    throw Error("{}: it was trained {} agent.normalize_observation", player.origin(),
                normaliser_.on() ? "without" : "with");
  normaliser_.load(player, "agent/inputs");
  scale_.load(player, "agent/action");
}

// ---- The agent -------------------------------------------------------------------------------

OnPolicyAgent::OnPolicyAgent(const AgentContext& context, const ActorCriticSettings& settings,
                             Algorithm algorithm)
    : settings_(settings),
      algorithm_(std::move(algorithm)),
      env_(context.env),
      pool_(context.pool),
      seed_(context.seed),
      backend_(make_backend(context.device, settings.network.net.precision)),
      learner_(settings, backend_, context.seed),
      actor_(context, settings, learner_.network(), backend_, context.pool),
      schedule_(settings.total_steps),
      rng_(Rng(context.seed).split(1001)) {}

void OnPolicyAgent::learn(Logger& logger) {
  actor_.take(learner_.parameters().views());
  steps_ += actor_.rollout().lanes();
  if (!actor_.rollout().full()) return;
  const std::vector<float> last_value = actor_.last_values(learner_.parameters().views());
  Work work{.rollout = actor_.rollout(),
            .last_value = last_value,
            .distribution = actor_.distribution(),
            .learner = learner_,
            .pool = *pool_,
            .rng = rng_,
            .learning_rate = settings_.learning_rate_at(schedule_, steps_),
            .progress = schedule_.progress(steps_),
            .logger = logger};
  logger.record("train/learning_rate", work.learning_rate);
  algorithm_(work);
  logger.record("train/n_updates", static_cast<double>(learner_.updates()));
  actor_.restart();
}

std::unique_ptr<Policy> OnPolicyAgent::policy(int lanes) const {
  return std::make_unique<ActorCriticPolicy>(learner_.network(), learner_.parameters(),
                                             actor_.normaliser(), actor_.scale(), backend_, env_,
                                             lanes, settings_.sampling, seed_, pool_);
}

void OnPolicyAgent::records(const Checkpoint& checkpoint) {
  learner_.records(checkpoint);
  actor_.records(checkpoint);
  checkpoint.count("agent/steps", steps_);
  checkpoint.value("agent/rng", rng_);
  checkpoint.schedule("agent/schedule", schedule_, steps_);
}

void OnPolicyAgent::start_from(const ArchiveReader& player) {
  learner_.start_from(player);
  actor_.start_from(player);
}

void OnPolicyAgent::save_policy(ArchiveWriter& writer) const {
  learner_.parameters().save(writer, "agent/online");
  actor_.save_policy(writer);
}

}  // namespace tengen
