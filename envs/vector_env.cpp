#include "envs/vector_env.hpp"

namespace tengen {
namespace {

ObservationView rows(std::vector<std::byte>& memory, const ObservationSpace& space, int lanes) {
  memory.resize(space.bytes() * static_cast<std::size_t>(lanes));
  return {memory.data(), lanes, space.bytes(), space.shape, space.element};
}

}  // namespace

void VectorEnv::set_episodes(Autoreset autoreset, int max_episode_steps) {
  if (autoreset != Autoreset::kSameStep || max_episode_steps != spec().max_episode_steps)
    throw Error(
        "environment '{}' keeps its own time limit of {} steps and restarts in the same step",
        spec().name, spec().max_episode_steps);
}

void VectorEnv::restart(std::span<const LaneStart> /*lanes*/, const StepView& /*out*/) {
  throw Error("environment '{}' starts all of its lanes together, not one by one", spec().name);
}

void rethrow_from_lane(std::size_t lane) { throw LaneError(lane, what_was_thrown()); }

StepBuffer::StepBuffer(const EnvSpec& spec, int lanes)
    : reward_(static_cast<std::size_t>(lanes)),
      scored_(reward_.size()),
      terminated_(reward_.size()),
      truncated_(reward_.size()),
      game_ended_(reward_.size()) {
  view_.observation = rows(observation_, spec.observation, lanes);
  view_.final_observation = rows(final_observation_, spec.observation, lanes);
  view_.reward = reward_;
  view_.terminated = terminated_;
  view_.truncated = truncated_;
  view_.scored = scored_;
  view_.game_ended = game_ended_;
  if (spec.masked) {
    const int actions = std::get<Discrete>(spec.action).n;
    legal_.assign(reward_.size() * static_cast<std::size_t>(actions), 1);
    final_legal_ = legal_;
    view_.legal = {legal_, actions};
    view_.final_legal = {final_legal_, actions};
  }
}

ActionMemory::ActionMemory(const ActionSpace& space, int lanes) {
  const auto n = static_cast<std::size_t>(lanes);
  if (const auto* box = std::get_if<Box>(&space))
    box_.resize(n * box->low.size());
  else
    discrete_.resize(n);
}

}  // namespace tengen
