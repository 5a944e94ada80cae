// One lane of an environment, whoever plays it, and the figures that viewers show.
#pragma once

#include "agents/agent.hpp"
#include "core/canvas.hpp"
#include "envs/vector_env.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// Runs one lane and remembers what happened. Between steps it stands at an observation for which
/// the policy has already chosen: picture, insight and action belong together.
class Session {
 public:
  /// `env` has one lane and outlives this. `policy` may be null: then only people play.
  /// `player` names it for people ("dqn, 400,000 steps").
  Session(VectorEnv& env, std::unique_ptr<Policy> policy, std::string player, std::uint64_t seed);

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Plays the policy's action.
  void advance();
  /// Plays somebody else's action; the policy goes on looking.
  void advance(const ActionView& by_hand);
  /// A fresh episode, with another seed than the one before.
  void restart();
  /// Another player takes over in the middle of the episode.
  void replace_policy(std::unique_ptr<Policy> policy, std::string player);

  [[nodiscard]] const EnvSpec& spec() const { return env_.spec(); }
  [[nodiscard]] bool has_policy() const { return policy_ != nullptr; }
  [[nodiscard]] const std::string& player() const { return player_; }
  /// The game as it stands; an environment that draws nothing shows its observation.
  [[nodiscard]] const Canvas& picture() const;
  /// Width / height the picture is shown at.
  [[nodiscard]] double aspect() const;
  /// The policy's thoughts about what the picture shows; empty without a policy.
  [[nodiscard]] Insight insight() const { return policy_ ? policy_->insight() : Insight{}; }
  /// What the policy is about to play; after advance(by_hand), what the hand played last.
  [[nodiscard]] ActionView action() const { return by_hand_ ? hand_ : choice_; }
  /// The observation as the environment emits it: the newest frame only.
  [[nodiscard]] const StepView& seen() const { return buffer_.view(); }

  [[nodiscard]] int episode() const { return static_cast<int>(finished_.size()) + 1; }
  [[nodiscard]] int step() const { return step_; }  ///< of this episode
  [[nodiscard]] std::int64_t total_steps() const { return total_steps_; }
  [[nodiscard]] double score() const { return score_; }
  /// Sum of rewards so far and the state's value, one figure for every step of this episode.
  [[nodiscard]] std::span<const float> returns() const { return returns_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }
  /// How undecided the policy was, the same way; empty for players that are not random.
  [[nodiscard]] std::span<const float> entropies() const { return entropies_; }
  /// Scores of the episodes that ended.
  [[nodiscard]] std::span<const float> finished() const { return finished_; }

 private:
  void play(const ActionView& action);
  void begin_episode();
  void think();

  VectorEnv& env_;
  std::unique_ptr<Policy> policy_;
  std::string player_;
  std::uint64_t seed_;
  StepBuffer buffer_;
  ActionMemory choice_memory_, hand_memory_;
  ActionBuffer choice_, hand_;
  bool by_hand_ = false;
  mutable Canvas picture_;
  mutable bool drawn_ = false;
  int step_ = 0;
  std::int64_t total_steps_ = 0;
  double score_ = 0;
  std::vector<float> returns_, values_, entropies_, finished_;
};

/// True where the last two extents are rows × columns of a picture, false for a plain vector.
bool is_picture(const Shape& shape);
/// The pictures in an observation, oldest first: the last two extents are rows × columns, three
/// uint8 planes are red, green and blue; all else is grey from `low` to `high` (or from the
/// smallest to the largest value where those are not finite). Empty unless is_picture().
std::vector<Canvas> observation_pictures(const ObservationView& observation, float low, float high);

/// Names for people: the space's own, or the numbers.
std::vector<std::string> action_names(const ActionSpace& space);

}  // namespace tengen
