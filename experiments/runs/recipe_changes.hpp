// What a run's recipe says otherwise than the one that its checkpoint was made with.
#pragma once

#include "core/archive.hpp"
#include "experiments/runs/recipe.hpp"

#include <string>
#include <vector>

namespace tengen {

/// Settings that changed, by key.
class RecipeChanges {
 public:
  RecipeChanges() = default;
  /// From `before`, a resolved recipe, to `now`, whose every key has been asked for. What the
  /// recipe is silent about and an older program did not know is no change.
  RecipeChanges(const Config& before, const Config& now);

  [[nodiscard]] const std::vector<Config::Difference>& all() const { return all_; }
  [[nodiscard]] bool has(std::string_view key) const;
  /// Throws UsageError naming the first setting that the checkpoint's state is of: another value
  /// would not fit. One that is not set any more is no other value: its default decides.
  void check_fit() const;
  /// Whether there are some that the agent or the environment reads, so that a checkpoint may not
  /// fit them.
  [[nodiscard]] bool reach_state() const;
  /// "agent.gamma: 0.99 → 0.9" each.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::vector<Config::Difference> all_;
};

}  // namespace tengen
