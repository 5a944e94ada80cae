// Whatever plays is a Policy; whatever learns is an Agent. Neither knows a concrete environment.
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

/// What a policy thought at its last act(): for viewers. Views into the policy, valid until its
/// next call.
struct Insight {
  std::string_view kind = "";  ///< "Q", "probability" or "mean" (Box); "": nothing to show
  std::span<const float> per_action = {};  ///< lanes × actions (dimensions of a Box)
  std::span<const float> value = {};       ///< lanes: state value (max Q, or the critic's)
  ObservationView input = {};  ///< what the network saw: lanes × stack × frame shape; may be empty
  std::span<const float> entropy = {};  ///< lanes: how undecided the policy is, nats; may be empty
  std::span<const float> state = {};    ///< lanes × numbers: recurrent state; empty without memory
};

/// Anything that plays: viewer, match and evaluator know no more than this.
class Policy {
 public:
  virtual ~Policy() = default;
  /// Chooses an action for every lane of `seen`. Keeps per-lane memory (frame stack, recurrent
  /// state) and forgets it where the last step ended an episode.
  virtual void act(const StepView& seen, ActionBuffer out) = 0;
  /// Every lane starts a new episode at the next act().
  virtual void reset() = 0;
  [[nodiscard]] virtual Insight insight() const { return {}; }
};

/// Anything that learns. The training loop is the same for every agent:
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
  virtual ActionView act() = 0;
  virtual void learn(Logger& logger) = 0;
  /// Environment steps taken in, all lanes together.
  [[nodiscard]] virtual std::int64_t steps() const = 0;
  /// In what its networks compute: "float32" or "bfloat16"; empty: it has none.
  [[nodiscard]] virtual std::string_view precision() const { return ""; }
  /// The greedy player as it is now, with its own copy of the weights, for `lanes` lanes.
  [[nodiscard]] virtual std::unique_ptr<Policy> policy(int lanes) const = 0;

  /// Everything needed to go on as if never stopped. Bulk data (replay) goes to append-only files
  /// in `directory`, which earlier checkpoints share; the archive names the files it needs in a
  /// record
  /// "<anything>/segments" (newline-separated), and the trainer removes files that no kept archive
  /// names.
  virtual void save(ArchiveWriter& writer, const std::filesystem::path& directory) = 0;
  virtual void load(const ArchiveReader& reader, const std::filesystem::path& directory) = 0;
  /// What load_policy() needs: weights and nothing else.
  virtual void save_policy(ArchiveWriter& writer) const = 0;
  /// Before the first step: begins with the weights of a player, as save_policy() wrote them.
  /// Throws Error where they do not fit.
  virtual void start_from(const ArchiveReader& player) = 0;
};

/// What an agent is made from.
struct AgentContext {
  EnvSpec env;
  int lanes = 1;
  Config config;  ///< the recipe's root: an agent reads its [agent] and [net] sections
  std::uint64_t seed = 0;
  std::string device = "cpu";
  WorkerPool* pool = nullptr;  ///< outlives the agent
};

/// One visible line an agent, in agents/registry.cpp.
struct AgentEntry {
  std::string name;         ///< "dqn"
  std::string description;  ///< one line for `tengen list agents`
  std::unique_ptr<Agent> (*make)(const AgentContext&);
  /// The greedy player from what save_policy() wrote. Throws Error if the weights do not fit.
  std::unique_ptr<Policy> (*load_policy)(const AgentContext&, const ArchiveReader&);
  /// Learns on a thread of its own while it acts: the environment leaves it one.
  bool overlaps = false;
};
const std::vector<AgentEntry>& agent_entries();
/// Throws UsageError with the nearest name if unknown.
const AgentEntry& find_agent(std::string_view name);

}  // namespace tengen
