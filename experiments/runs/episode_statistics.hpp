// Returns and lengths of the games that training plays, as Stable-Baselines3's Monitor keeps them
// below the wrappers that help to learn.
#pragma once

#include "core/archive.hpp"
#include "core/view.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tengen {

/// Means over the last 100 finished games, of all lanes: whole games, whatever lives a learner
/// takes for episodes, and scores as the environment counts them, without rewards that only help to
/// learn.
class EpisodeStatistics {
 public:
  explicit EpisodeStatistics(int lanes)
      : scored_(static_cast<std::size_t>(lanes)),
        game_ended_(scored_.size()),
        lanes_(scored_.size()) {}

  /// `step` with memory for what is kept here: hand it to VectorEnv::step().
  [[nodiscard]] StepView asked(StepView step);
  /// Counts the step that the environment has written to asked().
  void take();
  [[nodiscard]] std::int64_t episodes() const { return episodes_; }
  /// Of the last min(episodes(), 100); 0 if there was none.
  [[nodiscard]] double mean_reward() const { return mean(&Episode::reward); }
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
  std::vector<std::uint8_t> game_ended_;                         // likewise
  std::vector<Episode> lanes_;                                   // under way
  std::vector<Episode> window_ = std::vector<Episode>(kWindow);  // finished, a ring
  std::int64_t episodes_ = 0;
};

}  // namespace tengen
