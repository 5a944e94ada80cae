#include "experiments/runs/episode_statistics.hpp"

#include <algorithm>

namespace tengen {

StepView EpisodeStatistics::asked(StepView step) {
  step.scored = scored_;
  step.game_ended = game_ended_;
  return step;
}

void EpisodeStatistics::take() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Episode& episode = lanes_[i];
    episode.reward += scored_[i];
    episode.length += 1;
    if (game_ended_[i] == 0) continue;
    window_[static_cast<std::size_t>(episodes_++) % kWindow] = episode;
    episode = {};
  }
}

double EpisodeStatistics::mean(double Episode::*figure) const {
  const auto n = std::min(static_cast<std::size_t>(episodes_), kWindow);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += window_[i].*figure;
  return n == 0 ? 0 : sum / static_cast<double>(n);
}

void EpisodeStatistics::save(ArchiveWriter& writer, const std::string& name) const {
  writer.put(name + "/episodes", episodes_);
  writer.put_span<Episode>(name + "/window", window_);
  writer.put_span<Episode>(name + "/lanes", lanes_);
}

void EpisodeStatistics::load(const ArchiveReader& reader, const std::string& name) {
  episodes_ = reader.count(name + "/episodes");
  reader.get_span<Episode>(name + "/window", window_);
  reader.get_span<Episode>(name + "/lanes", lanes_);
}

}  // namespace tengen
