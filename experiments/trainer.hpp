// The training loop, the same for every agent, and what happens beside it: figures, evaluations,
// checkpoints.
#pragma once

#include "agents/agent.hpp"
#include "core/logger.hpp"
#include "envs/registry.hpp"
#include "experiments/episode_statistics.hpp"
#include "experiments/evaluate.hpp"
#include "experiments/recipe.hpp"
#include "experiments/run_folder.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

/// Trains one run. Nothing that is measured in seconds influences what is learnt or written, the
/// columns time/* of the figures aside.
class Trainer {
 public:
  /// Touches no file. `pool` must outlive this. Throws UsageError: unknown ids or keys, values out
  /// of range.
  Trainer(const Recipe& recipe, const EnvRegistry& registry, WorkerPool& pool);

  /// Takes up `run`'s checkpoint of that step. Throws Error if it is damaged or of another recipe;
  /// this is then unusable.
  void load(const RunPaths& run, std::int64_t step);
  /// From here on everything is written to `run`. Rows of its figures after steps() are dropped.
  void open(const RunPaths& run);
  /// Trains until the recipe's end, or its stop_at_reward, or Ctrl-C. Ends with a checkpoint; a
  /// failure to write one on the way is a warning, at the end an Error.
  void train(bool quiet);
  /// Trains on although stop_at_reward was reached.
  void go_on() { reached_ = false; }

  [[nodiscard]] std::int64_t steps() const { return agent_->steps(); }
  [[nodiscard]] bool finished() const { return steps() >= recipe_.steps || reached_; }
  [[nodiscard]] bool reached_reward() const { return reached_; }
  /// The last evaluation, of the agent as it was at evaluated_at() steps.
  [[nodiscard]] const std::optional<Evaluation>& evaluation() const { return evaluation_; }
  [[nodiscard]] const EpisodeStatistics& episodes() const { return episodes_; }
  /// Where the seconds went, by name: acting, environment, learning, evaluation, saving, rest.
  [[nodiscard]] std::vector<std::pair<std::string, double>> time_spent() const;
  [[nodiscard]] double seconds() const { return clock_.total(); }
  [[nodiscard]] double steps_per_second() const;

 private:
  enum Phase { kActing, kEnvironment, kLearning, kEvaluation, kSaving, kOther, kPhases };
  // A stop-watch that is always in one phase.
  class PhaseClock {
   public:
    void enter(Phase phase);
    [[nodiscard]] double seconds(Phase phase) const { return seconds_[phase]; }
    [[nodiscard]] double total() const;

   private:
    Phase phase_ = kOther;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    double seconds_[kPhases] = {};
  };

  void step();
  void keep_books(std::int64_t before);
  void record_figures();
  void judge();
  void write_checkpoint();
  void try_checkpoint();
  void finish();
  [[nodiscard]] std::string progress_note() const;

  Recipe recipe_;
  RunPaths run_;
  std::unique_ptr<VectorEnv> env_, eval_env_;
  std::unique_ptr<Agent> agent_;
  EpisodeStatistics episodes_;
  Logger logger_;
  std::optional<Evaluation> evaluation_;
  std::int64_t evaluated_at_ = -1;
  double best_reward_;
  bool reached_ = false;
  std::int64_t started_at_ = 0;  // steps when this process began
  PhaseClock clock_;
};

}  // namespace tengen
