// The differences between a run's recipe and the one with which its checkpoint was made.
#pragma once

#include "core/archive.hpp"
#include "experiments/runs/recipe.hpp"

#include <string>
#include <vector>

namespace tengen {

/// The settings that changed, by key.
class RecipeChanges {
 public:
  RecipeChanges() = default;
  /// Compares `before`, a resolved recipe, with `now`, of which every key has been read. A setting
  /// that an older program did not know, and that the recipe does not set, is no change.
  RecipeChanges(const Config& before, const Config& now);

  [[nodiscard]] const std::vector<Config::Difference>& all() const { return all_; }
  [[nodiscard]] bool has(std::string_view key) const;
  /// Throws a UsageError that names the first changed setting on which the checkpoint's state
  /// depends, so that it would not fit. A setting that was removed is not refused: its default
  /// decides.
  void check_fit() const;
  /// Whether the agent or the environment reads any of them, so that a checkpoint may not fit.
  [[nodiscard]] bool reach_state() const;
  /// One line per change: "agent.gamma: 0.99 → 0.9".
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::vector<Config::Difference> all_;
};

}  // namespace tengen
