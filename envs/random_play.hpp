// Random play and its hash: the signature of an environment. The checker is made of it, too.
#pragma once

#include "core/signature.hpp"
#include "envs/registry.hpp"

#include <cstdint>
#include <vector>

namespace tengen {

/// Plays every lane with random legal actions and hashes everything that comes back: observation,
/// mask, reward, flags and final observation. Lane i's actions and signature depend on the seed and
/// on i alone, not on how many lanes there are.
class RandomPlay {
 public:
  /// Resets `env`, which must outlive this, with `seed`.
  RandomPlay(VectorEnv& env, std::uint64_t seed);

  /// Plays `steps` more steps of every lane. Throws Interrupted.
  void play(int steps = 1);

  /// What the last step (or the reset) wrote.
  [[nodiscard]] const StepView& seen() const { return buffer_.view(); }
  /// The actions of the next step. They are drawn already, so that seen() may be overwritten, and
  /// may be changed.
  [[nodiscard]] ActionBuffer next_action() { return action_.view(); }
  /// One signature per lane, over all steps so far.
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

/// One number for everything that `env` does in 1,000 steps of random play. A change of behaviour
/// changes it, the number of threads does not.
std::uint64_t env_signature(VectorEnv& env, std::uint64_t seed = 0);

/// The same for eight lanes of a registered environment with its default options. `tengen
/// signature` prints these numbers, and tests/golden/signatures.txt has them.
std::uint64_t env_signature(const EnvEntry& entry, WorkerPool& pool);

}  // namespace tengen
