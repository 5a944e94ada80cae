// One lane of an environment, played by a policy or by hand, and the numbers that viewers show.
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

/// Runs one lane and remembers what happened. Between steps the policy has already chosen its
/// action for the newest observation, so picture, insight and action belong together.
class Session {
 public:
  /// `env` has one lane and outlives this. If `policy` is null, the lane can only be played by
  /// hand. `player` is the policy's name for people ("dqn, 400,000 steps").
  Session(VectorEnv& env, std::unique_ptr<Policy> policy, std::string player, std::uint64_t seed);

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Plays the policy's action.
  void advance();
  /// Plays another action than the policy's, which goes on choosing its own.
  void advance(const ActionView& by_hand);
  /// Starts a new episode, with another seed than the one before.
  void restart();
  /// Lets another policy go on in the middle of the episode.
  void replace_policy(std::unique_ptr<Policy> policy, std::string player);

  [[nodiscard]] const EnvSpec& spec() const { return env_.spec(); }
  [[nodiscard]] bool has_policy() const { return policy_ != nullptr; }
  [[nodiscard]] const std::string& player() const { return player_; }
  /// The picture of the game as it is now; of its observation if the environment draws nothing.
  [[nodiscard]] const Canvas& picture() const;
  /// The width / height at which the picture is to be shown.
  [[nodiscard]] double aspect() const;
  /// The policy's insight into what the picture shows; empty without a policy.
  [[nodiscard]] Insight insight() const { return policy_ ? policy_->insight() : Insight{}; }
  /// The action that the policy is about to play; after advance(by_hand), the last one by hand.
  [[nodiscard]] ActionView action() const { return by_hand_ ? hand_ : choice_; }
  /// The observation as the environment emits it: the newest frame only.
  [[nodiscard]] const StepView& seen() const { return buffer_.view(); }

  [[nodiscard]] int episode() const { return static_cast<int>(finished_.size()) + 1; }
  [[nodiscard]] int step() const { return step_; }  ///< of this episode
  [[nodiscard]] std::int64_t total_steps() const { return total_steps_; }
  [[nodiscard]] double score() const { return score_; }
  /// The sum of rewards so far and the state's value, one number for every step of this episode.
  [[nodiscard]] std::span<const float> returns() const { return returns_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }
  /// The policy's entropy in nats, for every step; empty for deterministic players.
  [[nodiscard]] std::span<const float> entropies() const { return entropies_; }
  /// The scores of the episodes that ended.
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

/// Whether the last two extents are rows × columns of a picture; false for a plain vector.
bool is_picture(const Shape& shape);
/// The pictures in an observation, oldest first; none unless is_picture(). The last two extents are
/// rows × columns. Three uint8 planes are red, green and blue; everything else is grey from `low`
/// to `high`, or from the smallest to the largest value if these are not finite.
std::vector<Canvas> observation_pictures(const ObservationView& observation, float low, float high);

/// The names of the actions for people: the space's own, or numbers.
std::vector<std::string> action_names(const ActionSpace& space);

}  // namespace tengen
