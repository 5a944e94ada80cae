// Returns and lengths of the training episodes, as Stable-Baselines3's Monitor keeps them.
#pragma once

#include "core/archive.hpp"
#include "core/view.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tengen {

/// Means over the last 100 finished episodes, of all lanes; rewards as the environment gave them.
class EpisodeStatistics {
 public:
  explicit EpisodeStatistics(int lanes) : lanes_(static_cast<std::size_t>(lanes)) {}

  void take(const StepView& step);
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

  std::vector<Episode> lanes_;                                   // under way
  std::vector<Episode> window_ = std::vector<Episode>(kWindow);  // finished, a ring
  std::int64_t episodes_ = 0;
};

}  // namespace tengen
