// Holds an environment to its contract while it is used.
#pragma once

#include "envs/vector_env.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tengen {

/// `env`, and an Error in one line that names the environment where it breaks its contract, so that
/// nobody blames the learner: an exception of any type, a reward or an observation that learners
/// cannot use, a mask that allows nothing. A pass over rewards, real observations and masks a batch
/// is what it costs; bytes need none.
class CheckedEnv final : public VectorEnv {
 public:
  /// `id` is what messages call it. Throws Error if its description is broken (what `tengen check`
  /// fails for).
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

 private:
  template <class F>
  auto guarded(const char* what, F&& function) const;
  void check_lane(int lane, const ObservationView& observation) const;
  void check_mask(int lane, const MaskView& legal) const;
  void check_seen(const StepView& out) const;

  std::string id_;
  std::unique_ptr<VectorEnv> env_;
  std::int64_t steps_ = 0;  // since the reset
};

}  // namespace tengen
