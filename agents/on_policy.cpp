#include "agents/on_policy.hpp"

#include "agents/explore.hpp"

#include <algorithm>
#include <cmath>
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
      first_(static_cast<std::size_t>(context.lanes)),
      frames_(first_.size() * static_cast<std::size_t>(settings.stack)) {
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
  const auto stack = static_cast<std::size_t>(settings_.stack);
  for (int lane = 0; lane < rollout_.lanes(); ++lane) {
    const auto i = static_cast<std::size_t>(lane);
    const std::size_t row = rollout_.row(rollout_.size(), lane);
    rollout_.put_stack(row, std::span(frames_).subspan(i * stack, stack));
    first_[i] = rollout_.starts(row) ? 1 : 0;
  }
  actor_.run(*network_, parameters, normaliser_, frames_, first_);
  const auto width = static_cast<std::size_t>(distribution_.dimensions());
  for (int lane = 0; lane < rollout_.lanes(); ++lane) {
    const auto i = static_cast<std::size_t>(lane);
    const std::size_t row = rollout_.row(rollout_.size(), lane);
    ActionDistribution::Action action{
        .box = std::span(rollout_.box_action).subspan(row * width, width)};
    const Likelihood likelihood =
        distribution_.sample(actor_.policy(lane), rollout_.legal(row), rng_, action);
    rollout_.log_prob[row] = likelihood.log_prob;
    rollout_.value[row] = actor_.value()[i];
    if (distribution_.discrete()) {
      rollout_.action[row] = action_.view().discrete[i] = action.discrete;
    } else {
      require_finite(action.box);  // deviations overflow before means do
      scale_.apply(action.box, action_.view().box.subspan(i * width, width));
    }
  }
  slot_ = rollout_.slot();
  return action_.view();
}

void RolloutActor::take(const ParameterViews& parameters) {
  const std::size_t begin = rollout_.rows();
  rollout_.commit();
  see_newest();
  const auto lanes = static_cast<std::size_t>(rollout_.lanes());
  const auto reward = rollout_.reward().subspan(begin, lanes);
  for (float& r : reward) {
    r *= settings_.reward_scale;
    if (settings_.clip_reward) r = static_cast<float>((r > 0) - (r < 0));
  }
  rewards_.apply(reward, rollout_.ended().subspan(begin, lanes));

  if (!settings_.bootstrap_truncated) return;
  std::vector<int> truncated;
  for (std::size_t i = 0; i < lanes; ++i)
    if (slot_.truncated[i] != 0) truncated.push_back(static_cast<int>(i));
  if (truncated.empty()) return;
  const auto stack = static_cast<std::size_t>(settings_.stack);
  std::vector<const std::byte*> frames(truncated.size() * stack);
  for (std::size_t i = 0; i < truncated.size(); ++i)
    rollout_.put_final_stack(truncated[i], std::span(frames).subspan(i * stack, stack));
  const auto values = actor_.values(*network_, parameters, normaliser_, frames, truncated);
  for (std::size_t i = 0; i < truncated.size(); ++i)
    reward[static_cast<std::size_t>(truncated[i])] += settings_.gamma * values[i];
}

std::vector<float> RolloutActor::last_values(const ParameterViews& parameters) {
  const auto stack = static_cast<std::size_t>(settings_.stack);
  std::vector<int> lanes(first_.size());
  std::iota(lanes.begin(), lanes.end(), 0);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    rollout_.put_stack(rollout_.rows() + i, std::span(frames_).subspan(i * stack, stack));
  // Where an episode ended with the last step the value counts for nothing, whatever the state.
  return actor_.values(*network_, parameters, normaliser_, frames_, lanes);
}

// Before anybody acts on the newest observations the normaliser learns from them; the learner will
// see them by the same scale.
void RolloutActor::see_newest() {
  if (!normaliser_.on()) return;
  const auto stack = static_cast<std::size_t>(settings_.stack);
  for (std::size_t i = 0; i < first_.size(); ++i)
    rollout_.put_stack(rollout_.rows() + i, std::span(frames_).subspan(i * stack, stack));
  gather(settings_.network.net.input, frames_, seen_);
  normaliser_.update(seen_);
  const auto at = static_cast<std::ptrdiff_t>(rollout_.size()) * rollout_.options().scaled;
  std::ranges::copy(normaliser_.shift(), rollout_.shift.begin() + at);
  std::ranges::copy(normaliser_.factor(), rollout_.factor.begin() + at);
}

void RolloutActor::restart(Rollout& taken) {
  std::swap(rollout_, taken);
  rollout_.restart(taken);
}

void RolloutActor::save(ArchiveWriter& writer) const {
  rollout_.save(writer, "agent/rollout");
  writer.put_span("agent/state", actor_.state());
  writer.put("agent/act_rng", rng_);
  normaliser_.save(writer, "agent/inputs");
  rewards_.save(writer, "agent/rewards");
  scale_.save(writer, "agent/action");
}

void RolloutActor::start_from(const ArchiveReader& player) {
  if (player.has("agent/inputs/mean") != normaliser_.on())
    throw Error("{}: it was trained {} agent.normalize_observation", player.origin(),
                normaliser_.on() ? "without" : "with");
  normaliser_.load(player, "agent/inputs");
  scale_.load(player, "agent/action");
}

void RolloutActor::load(const ArchiveReader& reader) {
  normaliser_.load(reader, "agent/inputs");
  // Earlier versions kept one scale for a whole rollout.
  const std::size_t width = normaliser_.shift().size();
  for (std::size_t i = 0; i < rollout_.shift.size(); ++i) {
    rollout_.shift[i] = normaliser_.shift()[i % width];
    rollout_.factor[i] = normaliser_.factor()[i % width];
  }
  rollout_.load(reader, "agent/rollout");
  reader.get_span("agent/state", actor_.state());
  rng_ = reader.get<Rng>("agent/act_rng");
  rewards_.load(reader, "agent/rewards");
  scale_.load(reader, "agent/action");
  started_ = true;
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
            .learning_rate = settings_.anneal ? linear(settings_.learning_rate, 0,
                                                       schedule_.at(steps_), schedule_.total())
                                              : settings_.learning_rate,
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

void OnPolicyAgent::save(ArchiveWriter& writer, const std::filesystem::path& /*directory*/) {
  learner_.save(writer);
  actor_.save(writer);
  writer.put("agent/steps", steps_);
  writer.put("agent/rng", rng_);
  schedule_.save(writer, "agent/schedule");
}

void OnPolicyAgent::load(const ArchiveReader& reader, const std::filesystem::path& /*directory*/) {
  learner_.load(reader);
  actor_.load(reader);
  steps_ = reader.count("agent/steps");
  rng_ = reader.get<Rng>("agent/rng");
  schedule_.load(reader, "agent/schedule", steps_);
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
