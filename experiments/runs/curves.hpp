// Learning curves from metrics.csv, drawn by gnuplot.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tengen {

/// Draws the curves of `runs` (folders with a metrics.csv) into `out`, 1200 × 750 pixels, PNG or
/// SVG by its ending. There is one panel per tag, with steps along the x axis. Runs whose folders
/// are numbered siblings (runs/pong-dqn/1, runs/pong-dqn/2 …) are seeds of one experiment: their
/// mean and a band of one standard deviation are drawn, at every step over those that have come so
/// far. Without `tags`, it draws those of rollout/ep_rew_mean, eval/mean_reward and eval/elo that
/// were recorded. Replaces `out` atomically. Throws UsageError for another ending or for a tag that
/// no run has (naming the nearest), Error if a run has no metrics, a file cannot be read or
/// written, or gnuplot is missing.
void plot_runs(const std::vector<std::filesystem::path>& runs, const std::filesystem::path& out,
               const std::vector<std::string>& tags = {});

}  // namespace tengen
