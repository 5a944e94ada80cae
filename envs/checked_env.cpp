#include "envs/checked_env.hpp"

#include "envs/checker_parts.hpp"

#include <algorithm>
#include <bit>

namespace tengen {
namespace {

using checker::usable;
constexpr const char* kMust = "it must be finite and below 1e15 in size";

// There are no branches, so that the compiler makes vector instructions of it: floats are ordered
// by size as their bits are, with infinity and NaN at the end.
bool all_usable(std::span<const float> values) {
  constexpr auto kBits = std::bit_cast<std::uint32_t>(checker::kLimit);
  std::uint32_t bad = 0;
  for (const float value : values)
    bad |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFFU) >= kBits);
  return bad == 0;
}

bool all_usable(const ObservationView& view) {
  if (view.lane_stride == view.row_bytes())
    return all_usable({reinterpret_cast<const float*>(view.data),
                       view.shape.count() * static_cast<std::size_t>(view.lanes)});
  for (int lane = 0; lane < view.lanes; ++lane)
    if (!all_usable(view.row<float>(lane))) return false;
  return true;
}

bool allows_nothing(std::span<const std::uint8_t> mask) {
  std::uint8_t any = 0;
  for (const std::uint8_t entry : mask) any |= entry;
  return any == 0;
}

}  // namespace

CheckedEnv::CheckedEnv(std::string id, std::unique_ptr<VectorEnv> env)
    : id_(std::move(id)), env_(std::move(env)) {
  const CheckOptions nobody_listens;
  checker::Report report(nobody_listens);
  checker::check_spec(env_->spec(), report);
  for (const Finding& finding : report.findings)
    if (finding.verdict == Verdict::kFail)
      throw Error("environment '{}' is badly described: {}: {}", id_, finding.name, finding.text);
}

// Runs a function of the environment; what it throws becomes an Error that names the environment.
template <class F>
auto CheckedEnv::guarded(const char* what, F&& function) const {
  try {
    return function();
  } catch (const LaneError& error) {
    throw Error("environment '{}', lane {}, step {}: {} threw: {}", id_, error.lane(), steps_, what,
                error.what());
  } catch (...) {
    throw Error("environment '{}', step {}: {} threw: {}", id_, steps_, what, what_was_thrown());
  }
}

void CheckedEnv::check_lane(int lane, const ObservationView& observation) const {
  const auto row = observation.row<float>(lane);
  const auto bad = std::ranges::find_if_not(row, usable);
  if (bad == row.end()) return;
  throw Error("environment '{}', lane {}, step {}: element {} of the observation is {}; {}", id_,
              lane, steps_, bad - row.begin(), *bad, kMust);
}

// Checks everything that a step has written.
void CheckedEnv::check_seen(const StepView& out) const {
  if (out.observation.element == Element::kFloat && !all_usable(out.observation))
    for (int lane = 0; lane < size(); ++lane) check_lane(lane, out.observation);
  if (out.legal.empty()) return;
  for (int lane = 0; lane < size(); ++lane) check_mask(lane, out.legal);
}

void CheckedEnv::check_mask(int lane, const MaskView& legal) const {
  if (allows_nothing(legal.row(lane)))
    throw Error("environment '{}', lane {}, step {}: its mask allows none of the {} actions", id_,
                lane, steps_, legal.actions);
}

void CheckedEnv::reset(std::uint64_t seed, const StepView& out) {
  steps_ = 0;
  guarded("reset", [&] { env_->reset(seed, out); });
  check_seen(out);
}

void CheckedEnv::step(const ActionView& action, const StepView& out) {
  ++steps_;
  guarded("step", [&] { env_->step(action, out); });
  if (!all_usable(out.reward)) {
    const auto bad = std::ranges::find_if_not(out.reward, usable);
    throw Error("environment '{}', lane {}, step {}: the reward is {}; {}", id_,
                bad - out.reward.begin(), steps_, *bad, kMust);
  }
  if (out.final_observation.element == Element::kFloat)
    for (int lane = 0; lane < size(); ++lane)
      if (out.ended(lane)) check_lane(lane, out.final_observation);
  if (!out.final_legal.empty())
    for (int lane = 0; lane < size(); ++lane)
      if (out.truncated[static_cast<std::size_t>(lane)] != 0) check_mask(lane, out.final_legal);
  check_seen(out);
}

void CheckedEnv::save(ArchiveWriter& writer, const std::string& name) const {
  guarded("save", [&] { env_->save(writer, name); });
  writer.put(name + "/steps", steps_);
}

void CheckedEnv::load(const ArchiveReader& reader, const std::string& name) {
  steps_ = reader.has(name + "/steps") ? reader.get<std::int64_t>(name + "/steps") : 0;
  guarded("load", [&] { env_->load(reader, name); });
}

void CheckedEnv::observe(const StepView& out) const {
  guarded("observe", [&] { env_->observe(out); });
  check_seen(out);
}

bool CheckedEnv::draw(int lane, Canvas& canvas) const {
  return guarded("draw", [&] { return env_->draw(lane, canvas); });
}

bool CheckedEnv::oracle(ActionBuffer out) const {
  return guarded("oracle", [&] { return env_->oracle(out); });
}

void CheckedEnv::set_episodes(Autoreset autoreset, int max_episode_steps) {
  env_->set_episodes(autoreset, max_episode_steps);
}

void CheckedEnv::restart(std::span<const LaneStart> lanes, const StepView& out) {
  guarded("reset", [&] { env_->restart(lanes, out); });
  check_seen(out);
}

}  // namespace tengen
