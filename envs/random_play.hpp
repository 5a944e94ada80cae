// Random play, hashed: the signature of an environment, and what its checker is made of.
#pragma once

#include "core/signature.hpp"
#include "envs/registry.hpp"

#include <cstdint>
#include <vector>

namespace tengen {

/// Plays every lane with random legal actions and hashes all that comes back: observation, mask,
/// reward, flags and final observation. Lane i's actions and signature depend on the seed and on i
/// alone, not on how many lanes there are.
class RandomPlay {
 public:
  /// Resets `env`, which must outlive this, with `seed`.
  RandomPlay(VectorEnv& env, std::uint64_t seed);

  /// `steps` more steps of every lane. Throws Interrupted.
  void play(int steps = 1);

  /// What the last step (or the reset) wrote.
  [[nodiscard]] const StepView& seen() const { return buffer_.view(); }
  /// What the next step will do. Drawn already, so that seen() may be scribbled over.
  [[nodiscard]] ActionBuffer next_action() { return action_.view(); }
  /// One a lane.
  [[nodiscard]] std::vector<std::uint64_t> signatures() const;

 private:
  void hash_start(int lane);
  void hash_step(int lane);
  void choose(int lane);

  VectorEnv* env_;
  StepBuffer buffer_;
  ActionMemory action_;
  std::vector<Rng> rngs_;          // lanes
  std::vector<Signature> hashes_;  // lanes
};

/// One number for all that `env` does in 1,000 steps of random play: a change of behaviour changes
/// it, the number of threads does not.
std::uint64_t env_signature(VectorEnv& env, std::uint64_t seed = 0);

/// The same for eight lanes of a registered environment under its default options: the numbers that
/// `tengen signature` prints and tests/golden/signatures.txt keeps.
std::uint64_t env_signature(const EnvEntry& entry, WorkerPool& pool);

}  // namespace tengen
