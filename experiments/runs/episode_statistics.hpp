// Returns and lengths of the games that training plays. They are counted as Stable-Baselines3's
// Monitor counts them, below the wrappers that help training.
#pragma once

#include "core/archive.hpp"
#include "core/view.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tengen {

/// Means over the last 100 finished games of all lanes. Games are whole, even where a learner takes
/// lives for episodes, and scores leave out rewards that only help training.
class EpisodeStatistics {
 public:
  explicit EpisodeStatistics(int lanes)
      : scored_(static_cast<std::size_t>(lanes)),
        game_ended_(scored_.size()),
        lanes_(scored_.size()) {}

  /// Adds to `step` the memory in which the environment writes scores and ends of games. The result
  /// is for VectorEnv::step().
  [[nodiscard]] StepView asked(StepView step);
  /// Counts the step that the environment has written to the view that asked() returned.
  void take();
  [[nodiscard]] std::int64_t episodes() const { return episodes_; }
  /// The mean return of the last min(episodes(), 100) games; 0 if there was none.
  [[nodiscard]] double mean_reward() const { return mean(&Episode::reward); }
  /// The mean length of these games, in steps.
  [[nodiscard]] double mean_length() const { return mean(&Episode::length); }

  void save(ArchiveWriter& writer, const std::string& name) const;
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  struct Episode {
    double reward = 0, length = 0;
  };
  static constexpr std::size_t kWindow = 100;

  [[nodiscard]] double mean(double Episode::*figure) const;

  std::vector<float> scored_;                                    // of the newest step
  std::vector<std::uint8_t> game_ended_;                         // in the newest step
  std::vector<Episode> lanes_;                                   // the games under way
  std::vector<Episode> window_ = std::vector<Episode>(kWindow);  // finished games, a ring
  std::int64_t episodes_ = 0;
};

}  // namespace tengen
