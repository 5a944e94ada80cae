#include "agents/actor_critic.hpp"

#include "agents/explore.hpp"

#include <algorithm>

namespace tengen {

ActorCriticSettings read_actor_critic_settings(const AgentContext& context,
                                               const ActorCriticDefaults& defaults) {
  const Config agent = context.config.section("agent");
  ActorCriticSettings s;
  s.total_steps = context.config.get<std::int64_t>("steps", 1'000'000);
  s.learning_rate = agent.get<double>("learning_rate", defaults.learning_rate, 0.0, 10.0);
  s.anneal = read_annealing(agent, "learning_rate_schedule", defaults.schedule);
  s.n_steps = agent.get<int>("n_steps", defaults.n_steps, 1, 1'000'000);
  s.stack = read_frame_stack(agent);
  s.gamma = agent.get<float>("gamma", s.gamma, 0.0F, 1.0F);
  s.ent_coef = agent.get<float>("ent_coef", s.ent_coef, 0.0F, 100.0F);
  s.vf_coef = agent.get<float>("vf_coef", defaults.vf_coef, 0.0F, 100.0F);
  s.shards = agent.get<int>("shards", s.shards, 1, 64);
  s.reward_scale = agent.get<float>("reward_scale", s.reward_scale);
  s.clip_reward = read_reward_clip(agent);
  s.normalize_reward = agent.get<bool>("normalize_reward", s.normalize_reward);
  s.normalize_observation = agent.get<bool>("normalize_observation", s.normalize_observation);
  s.sampling = agent.choice<bool>("player", "greedy", {{"greedy", false}, {"sampling", true}});
  s.optimiser = read_optimiser(agent, defaults.optimiser);
  s.network = read_actor_critic(context.config.section("net"), context.env, s.stack);
  if (s.normalize_observation && context.env.observation.element != Element::kFloat)
    throw UsageError(
        "agent.normalize_observation is for observations of real numbers; those of {} "
        "are bytes (net.offset and net.scale shift and scale them)",
        context.env.name);
  if (s.normalize_observation && s.network.net.takes_pictures())
    throw UsageError(
        "agent.normalize_observation is for vectors; {} shows pictures (net.offset and "
        "net.scale shift and scale them)",
        context.env.name);
  if (s.normalize_observation && s.network.net.precision != Precision::kFloat32)
    throw UsageError("agent.normalize_observation needs net.precision = \"float32\"");
  return s;
}

// ---- Actor -----------------------------------------------------------------------------------

namespace {

// Parts of fewer pictures would leave the processor's matrix units half empty.
constexpr std::size_t kLanesPerPart = 8;

void copy_to(const Tensor& from, std::span<float> to) {
  const Tensor host = from.to(torch::kCPU).contiguous();
  std::ranges::copy(float_span(host), to.begin());
}

}  // namespace

Actor::Actor(const ActorCritic& network, const Backend& backend, int lanes, WorkerPool* pool)
    : backend_(backend),
      pool_(pool),
      width_(usize(network.options().policy_outputs())),
      state_size_(usize(network.options().state_size())) {
  const std::size_t all = usize(lanes);
  policy_.resize(all * width_);
  value_.resize(all);
  state_.resize(all * state_size_);
  const NetOptions& net = network.options().net;
  const bool divided = net.takes_pictures() && backend.device.is_cpu();
  const std::size_t count = divided ? std::max<std::size_t>(1, all / kLanesPerPart) : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * all / count, size = (i + 1) * all / count - begin;
    const auto rows = static_cast<int>(size);
    parts_.push_back({begin, size, InputBuffer(backend), torch::ones({1, rows})});
  }
}

void Actor::run(const ActorCritic& network, const ParameterViews& parameters,
                const InputNormaliser& normaliser, std::span<const std::byte* const> frames,
                std::span<const std::uint8_t> first) {
  if (!backend_.device.is_cpu())
    return run_part(parts_[0], pool_, network, parameters, normaliser, frames, first);
  const auto part = [&](int i) {
    run_part(parts_[usize(i)], nullptr, network, parameters, normaliser, frames, first);
  };
  const auto count = static_cast<int>(parts_.size());
  if (pool_ != nullptr) return pool_->run(count, part);
  for (int i = 0; i < count; ++i) part(i);
}

void Actor::run_part(Part& part, WorkerPool* pool, const ActorCritic& network,
                     const ParameterViews& parameters, const InputNormaliser& normaliser,
                     std::span<const std::byte* const> frames,
                     std::span<const std::uint8_t> first) {
  const ComputeScope scope;
  const torch::NoGradGuard no_grad;
  const InputFormat& format = network.options().net.input;
  const std::size_t stack = usize(format.stack);
  const Tensor& gathered =
      part.input.gather(format, frames.subspan(part.begin * stack, part.lanes * stack), pool);
  if (normaliser.on()) normaliser.apply(float_span(gathered));
  auto* keep = part.keep.data_ptr<float>();
  for (std::size_t i = 0; i < part.lanes; ++i) keep[i] = first[part.begin + i] != 0 ? 0.0F : 1.0F;
  const Tensor state = torch::from_blob(
      state_.data() + part.begin * state_size_,
      {static_cast<std::int64_t>(part.lanes), static_cast<std::int64_t>(state_size_)});
  const auto out = network.forward(parameters, part.input.on_device(format),
                                   state.to(backend_.device), part.keep.to(backend_.device));
  const auto part_of = [&](std::vector<float>& all, std::size_t width) {
    return std::span(all).subspan(part.begin * width, part.lanes * width);
  };
  copy_to(out.policy, part_of(policy_, width_));
  copy_to(out.value, part_of(value_, 1));
  require_finite(part_of(policy_, width_));
  if (out.state.defined()) copy_to(out.state, part_of(state_, state_size_));
}

std::vector<float> Actor::values(const ActorCritic& network, const ParameterViews& parameters,
                                 const InputNormaliser& normaliser,
                                 std::span<const std::byte* const> frames,
                                 std::span<const int> which) const {
  const ComputeScope scope;
  const torch::NoGradGuard no_grad;
  const auto rows = static_cast<std::int64_t>(which.size());
  const InputFormat& format = network.options().net.input;
  const Tensor input = make_input(format, static_cast<int>(rows), scalar_type(backend_.precision));
  gather(format, frames, input);
  if (normaliser.on()) normaliser.apply(float_span(input));
  const Tensor state = torch::empty({rows, static_cast<std::int64_t>(state_size_)});
  for (std::size_t i = 0; i < which.size(); ++i)
    std::ranges::copy(row_of(state_, which[i], state_size_),
                      row_of(float_span(state), i, state_size_).begin());
  const Tensor value =
      network
          .forward(parameters, input.to(backend_.device), state.to(backend_.device),
                   torch::ones({1, rows}, torch::TensorOptions().device(backend_.device)))
          .value.to(torch::kCPU)
          .contiguous();
  const auto values = float_span(value);
  return {values.begin(), values.end()};
}

// ---- Player ----------------------------------------------------------------------------------

ActorCriticPolicy::ActorCriticPolicy(std::shared_ptr<const ActorCritic> network,
                                     const Parameters& parameters,
                                     const InputNormaliser& normaliser, const BoxScale& scale,
                                     const Backend& backend, const EnvSpec& env, int lanes,
                                     bool sampling, std::uint64_t seed, WorkerPool* pool)
    : network_(std::move(network)),
      parameters_(network_->layout(), backend),
      normaliser_(normaliser),
      observation_(env.observation),
      distribution_(env.action),
      scale_(scale),
      lanes_(lanes),
      sampling_(sampling),
      rng_(seed),
      frames_(lanes, network_->options().net.input.stack, env.observation.bytes()),
      actor_(*network_, backend, lanes, pool),
      first_(usize(lanes)),
      box_(usize(distribution_.dimensions())),
      shown_(first_.size() * usize(distribution_.columns())),
      entropy_(first_.size()) {
  parameters_.copy_from(parameters);
}

void ActorCriticPolicy::act(const StepView& seen, ActionBuffer out) {
  for (int lane = 0; lane < lanes_; ++lane) {
    const bool first = fresh_ || seen.ended(lane);
    first_[usize(lane)] = first ? 1 : 0;
    frames_.push(lane, seen.observation.bytes(lane), first);
  }
  fresh_ = false;
  acted_ = true;
  actor_.run(*network_, parameters_.views(), normaliser_, frames_.pointers(), first_);
  for (int lane = 0; lane < lanes_; ++lane) {
    const auto row = actor_.policy(lane);
    const auto legal = legal_row(seen.legal, lane);
    ActionDistribution::Action action{.box = box_};
    if (sampling_)
      distribution_.sample(row, legal, rng_, action);
    else
      distribution_.mode(row, legal, action);
    if (distribution_.discrete())
      out.discrete[usize(lane)] = action.discrete;
    else
      scale_.apply(box_, row_of(out.box, lane, box_.size()));
    const auto shown = row_of(shown_, lane, distribution_.columns());
    entropy_[usize(lane)] = distribution_.describe(row, legal, shown);
    if (!distribution_.discrete()) scale_.apply(shown, shown);
  }
}

Insight ActorCriticPolicy::insight() const {
  if (!acted_) return {};
  return {.kind = distribution_.discrete() ? "probability" : "mean",
          .per_action = shown_,
          .value = actor_.value(),
          .input = frames_.picture(observation_, picture_),
          .entropy = entropy_,
          .state = actor_.state()};
}

std::unique_ptr<Policy> load_actor_critic_policy(const AgentContext& context,
                                                 const ActorCriticSettings& settings,
                                                 const ArchiveReader& reader) {
  const Backend backend = make_backend(context.device, settings.network.net.precision);
  const auto network = std::make_shared<ActorCritic>(settings.network);
  Parameters parameters(network->layout(), backend);
  parameters.load(reader, "agent/online");
  InputNormaliser normaliser(settings.normalize_observation, settings.network.net.input.depth());
  normaliser.load(reader, "agent/inputs");
  BoxScale scale(context.env.action);
  scale.load(reader, "agent/action");
  return std::make_unique<ActorCriticPolicy>(network, parameters, normaliser, scale, backend,
                                             context.env, context.lanes, settings.sampling,
                                             context.seed, context.pool);
}

}  // namespace tengen
