// An environment that is held to its contract while it is used.
#pragma once

#include "envs/vector_env.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tengen {

/// Plays as `env` does, and throws an Error in one line that names environment, lane and step where
/// `env` breaks its contract, so that nobody blames the learner: by an exception of any type, by a
/// reward or an observation that learners cannot use, or by a mask that allows nothing. It costs
/// one pass per batch over rewards, masks and observations of floats; bytes need none.
class CheckedEnv final : public VectorEnv {
 public:
  /// Messages call it `id`. Throws Error if its description is broken, as `tengen check` says.
  CheckedEnv(std::string id, std::unique_ptr<VectorEnv> env);

  [[nodiscard]] const EnvSpec& spec() const override { return env_->spec(); }
  [[nodiscard]] int size() const override { return env_->size(); }
  void reset(std::uint64_t seed, const StepView& out) override;
  void step(const ActionView& action, const StepView& out) override;
  void save(ArchiveWriter& writer, const std::string& name) const override;
  void load(const ArchiveReader& reader, const std::string& name) override;
  void observe(const StepView& out) const override;
  bool draw(int lane, Canvas& canvas) const override;
  bool oracle(ActionBuffer out) const override;
  void set_episodes(Autoreset autoreset, int max_episode_steps) override;
  void restart(std::span<const LaneStart> lanes, const StepView& out) override;

 private:
  template <class F>
  auto guarded(const char* what, F&& function) const;
  void check_lane(int lane, const ObservationView& observation) const;
  void check_mask(int lane, const MaskView& legal) const;
  void check_seen(const StepView& out) const;

  std::string id_;
  std::unique_ptr<VectorEnv> env_;
  std::int64_t steps_ = 0;  // since the last reset
};

}  // namespace tengen
