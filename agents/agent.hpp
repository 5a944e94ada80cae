// Whatever plays is a Policy; whatever learns from an environment's steps is an Agent. Neither
// knows a concrete environment.
#pragma once

#include "core/archive.hpp"
#include "core/config.hpp"
#include "core/logger.hpp"
#include "core/view.hpp"
#include "core/worker_pool.hpp"
#include "envs/environment.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// What a policy computed at its last act(), for viewers. Views into the policy, valid until its
/// next call.
struct Insight {
  std::string_view kind = "";  ///< "Q", "probability" or "mean" (Box); "": nothing to show
  std::span<const float> per_action = {};  ///< lanes × actions (dimensions of a Box)
  std::span<const float> value = {};       ///< lanes: state value (max Q, or the critic's)
  ObservationView input = {};  ///< what the network saw: lanes × stack × frame shape; may be empty
  std::span<const float> entropy = {};  ///< lanes: of the policy, nats; may be empty
  std::span<const float> state = {};    ///< lanes × numbers: recurrent state; empty without memory
};

/// Anything that plays: viewer, match and evaluation know no more than this.
class Policy {
 public:
  virtual ~Policy() = default;
  /// Chooses an action for every lane of `seen`, which is what the last step (or reset) wrote.
  /// Keeps memory per lane (frame stack, recurrent state) and forgets it where that step ended an
  /// episode.
  virtual void act(const StepView& seen, ActionBuffer out) = 0;
  /// Every lane starts a new episode at the next act().
  virtual void reset() = 0;
  [[nodiscard]] virtual Insight insight() const { return {}; }
};

/// Anything that learns step by step. The training loop is the same for every agent:
///
///     env.reset(seed, agent.slot());
///     while (agent.steps() < total) {
///       const ActionView action = agent.act();   // for the newest observation
///       env.step(action, agent.slot());          // the environment writes where the agent reads
///       agent.learn(logger);                     // takes the step in; updates when it is time
///     }
class Agent {
 public:
  virtual ~Agent() = default;
  /// Memory for the next step (or the first observation), lent until learn() returns.
  virtual StepView slot() = 0;
  /// An action per lane for the newest observations. Valid until learn() returns.
  virtual ActionView act() = 0;
  /// Takes in the step that was written into slot(), and learns when it is time. Throws Error where
  /// learning diverged.
  virtual void learn(Logger& logger) = 0;
  /// Environment steps taken in, all lanes together.
  [[nodiscard]] virtual std::int64_t steps() const = 0;
  /// What its networks compute in: "float32" or "bfloat16"; empty without networks.
  [[nodiscard]] virtual std::string_view precision() const { return ""; }
  /// The greedy player as it is now, with its own copy of the weights, for `lanes` lanes.
  [[nodiscard]] virtual std::unique_ptr<Policy> policy(int lanes) const = 0;

  /// Writes all that the agent needs to go on as if it had never stopped. Bulk data (replay) goes
  /// to append-only files in `directory`, which earlier checkpoints share; the archive names the
  /// files that it needs in a record "<anything>/segments" (separated by newlines), and the trainer
  /// removes files that no archive names any more. Throws Error (full disk …).
  virtual void save(ArchiveWriter& writer, const std::filesystem::path& directory) = 0;
  /// Reads what save() wrote; the agent is fresh. Throws Error, after which it is unusable, if that
  /// is damaged or of another recipe.
  virtual void load(const ArchiveReader& reader, const std::filesystem::path& directory) = 0;
  /// Writes what AgentEntry::load_policy() needs: weights and scales.
  virtual void save_policy(ArchiveWriter& writer) const = 0;
  /// Before the first step: takes the weights of a player, as save_policy() wrote them. Throws
  /// Error where they do not fit.
  virtual void start_from(const ArchiveReader& player) = 0;
};

/// What an agent or a policy is made from.
struct AgentContext {
  EnvSpec env;
  int lanes = 1;
  Config config;  ///< the recipe's root: an agent reads its [agent] and [net] sections
  std::uint64_t seed = 0;
  std::string device = "cpu";
  WorkerPool* pool = nullptr;  ///< outlives the agent
};

}  // namespace tengen
