// The table of learners: everything that a recipe's `algo` may name.
#pragma once

#include "agents/agent.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

class GameLearner;
struct GameLearnerContext;

/// Which actions a learner can choose.
enum class ActionKind : std::uint8_t { kDiscrete, kBox, kAny };

/// A row of the table. It stands at the end of the file that implements the learner, and has one
/// line in agents/registry.cpp.
struct AgentEntry {
  std::string name;         ///< what `algo` says: "dqn"
  std::string description;  ///< one line for `tengen list agents`
  ActionKind actions = ActionKind::kAny;
  /// Learns on a thread of its own while it acts: the environment leaves it one.
  bool acts_while_learning = false;
  /// Its player draws actions by their probabilities where agent.player is "sampling".
  bool draws_actions = false;
  /// The rest of a recipe for an environment of which nothing else is known, as TOML: where it shows
  /// vectors (or is a game), and where it shows pictures.
  struct Usual {
    std::string_view vectors, pictures;
  } usual = {};

  /// How a learner from an environment's steps and its greedy player are made; callers use make()
  /// and load_policy(), which check the context beforehand.
  std::unique_ptr<Agent> (*agent)(const AgentContext&) = nullptr;
  std::unique_ptr<Policy> (*policy)(const AgentContext&, const ArchiveReader&) = nullptr;
  /// How a learner from whole games is made.
  std::unique_ptr<GameLearner> (*game_learner)(const GameLearnerContext&) = nullptr;

  /// Whether it learns from whole games (GameLearner), not from an environment's steps (Agent).
  [[nodiscard]] bool from_games() const { return game_learner != nullptr; }
  [[nodiscard]] bool takes(const ActionSpace& space) const;
  /// Throws UsageError where it does not take the environment's actions, where it learns from whole
  /// games, and for settings that make no sense.
  [[nodiscard]] std::unique_ptr<Agent> make(const AgentContext& context) const;
  /// The greedy player from what Agent::save_policy() wrote. Throws as make() does, and Error if
  /// the weights do not fit.
  [[nodiscard]] std::unique_ptr<Policy> load_policy(const AgentContext& context,
                                                    const ArchiveReader& reader) const;

 private:
  void check(const AgentContext& context) const;
};

/// Every learner, by name.
const std::vector<AgentEntry>& agent_entries();
/// Throws UsageError with the nearest name if there is none of that name.
const AgentEntry& find_agent(std::string_view name);

}  // namespace tengen
