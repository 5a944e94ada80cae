// Replay for off-policy learning: every frame stored once, stacks and n-step returns made at
// sampling.
#pragma once

#include "core/archive.hpp"
#include "core/rng.hpp"
#include "core/view.hpp"
#include "envs/environment.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tengen {

struct ReplayOptions {
  std::int64_t capacity =
      100'000;  ///< transitions, all lanes together; rounded up to a multiple of lanes
  int lanes = 1;
  int stack = 1;  ///< frames an observation is stacked from
  int n_steps = 1;
  float gamma = 0.99F;
  bool prioritised = false;  ///< proportional (Schaul et al. 2016), else uniform
  float alpha = 0.6F;        ///< priority exponent
};

/// A minibatch whose observations are pointers into replay memory: the network's input step gathers
/// them, so no byte is copied here. Valid until the next slot() or commit(). Reused: sampling
/// allocates nothing.
struct ReplayBatch {
  int size = 0, stack = 1;
  std::vector<const std::byte*> observation;  ///< size × stack frames, oldest first
  std::vector<const std::byte*>
      next_observation;              ///< size × stack; the state after n steps or at the end
  std::vector<std::int32_t> action;  ///< size (Discrete)
  std::vector<float> box_action;     ///< size × dimensions (Box)
  std::vector<float> reward;         ///< Σ_{k<m} γ^k r_{t+k}, m ≤ n steps to the end of episode
  std::vector<float> discount;       ///< γ^m, or 0 where the task terminated
  std::vector<float> weight;         ///< importance weights, largest possible = 1
  std::vector<std::uint8_t> next_legal;  ///< size × actions where the environment masks, else empty
  std::vector<std::int64_t> index;       ///< for update_priorities
};

class ReplayBuffer {
 public:
  ReplayBuffer(const EnvSpec& spec, const ReplayOptions& options);
  ~ReplayBuffer();

  /// Where the environment writes the next step; a fresh buffer's first slot takes reset()'s
  /// observation.
  StepView slot();
  /// Takes in the first observation after reset().
  void start();
  /// Takes in the step just written into slot(); `reward` (lanes) is what the learner wants stored,
  /// clipped or not.
  void commit(const ActionView& action, std::span<const float> reward);
  /// lanes × stack pointers to the newest frames, oldest first; frames before an episode's start
  /// are zeros.
  [[nodiscard]] std::span<const std::byte* const> newest() const;

  [[nodiscard]] std::int64_t size() const;  ///< transitions that can be sampled
  /// size() must be ≥ 1. β in [0, 1] is the importance exponent, ignored when uniform.
  void sample(int count, float beta, Rng& rng, ReplayBatch& out) const;
  /// Absolute TD errors of a sampled batch.
  void update_priorities(std::span<const std::int64_t> index, std::span<const float> error);

  /// Appends what is new since the last save to checksummed segment files in `directory` (synced),
  /// and records cursors, priorities and segment names under `name`. Cost: what changed.
  void save(ArchiveWriter& writer, const std::string& name, const std::filesystem::path& directory);
  /// Throws Error if a segment is missing, torn or corrupt, or the options differ.
  void load(const ArchiveReader& reader, const std::string& name,
            const std::filesystem::path& directory);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tengen
