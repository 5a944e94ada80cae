// The training loop, the same for every agent, and what happens beside it: figures, evaluations,
// checkpoints.
#pragma once

#include "agents/agent.hpp"
#include "core/logger.hpp"
#include "envs/registry.hpp"
#include "experiments/runs/episode_statistics.hpp"
#include "experiments/runs/evaluate.hpp"
#include "experiments/runs/phase_clock.hpp"
#include "experiments/runs/training.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

/// Trains an agent in an environment.
class Trainer final : public Training {
 public:
  /// Touches no file. `pool` must outlive this. Throws UsageError: unknown ids or keys, values out
  /// of range.
  Trainer(const Recipe& recipe, const EnvRegistry& registry, WorkerPool& pool);

  void begin() override;
  void load(const RunPaths& run, const ArchiveReader& checkpoint) override;
  void open(const RunPaths& run) override;
  /// Also ends at the recipe's stop_at_reward.
  void train(bool quiet) override;
  void go_on() override { reached_ = false; }

  [[nodiscard]] std::int64_t steps() const override { return agent_->steps(); }
  [[nodiscard]] bool finished() const override {
    return books_from_ < 0 && (steps() >= recipe_.steps || reached_);
  }
  [[nodiscard]] const char* unit() const override { return "steps"; }
  [[nodiscard]] const char* ended_by() const override;
  [[nodiscard]] std::string width() const override;
  [[nodiscard]] std::vector<std::pair<std::string, double>> time_spent() const override;
  [[nodiscard]] double seconds() const override { return clock_.total(); }
  [[nodiscard]] double steps_per_second() const override;
  /// Of the agent as it was at its last evaluation.
  [[nodiscard]] std::string score() const override;
  void add_score(nlohmann::ordered_json& line) const override;
  void describe(nlohmann::ordered_json& manifest) const override;

 private:
  enum Phase { kActing, kEnvironment, kLearning, kEvaluation, kSaving, kOther, kPhases };

  void load_env(const ArchiveReader& checkpoint);
  void step();
  void keep_books(std::int64_t before);
  void record_figures();
  void make_eval_envs(const EnvRegistry& registry, WorkerPool& pool);
  void load_evaluation(const ArchiveReader& reader);
  [[nodiscard]] bool judge();
  void save_best();
  void write_checkpoint();
  void save_player();
  void try_checkpoint();
  void finish();
  [[nodiscard]] std::string progress_note() const;

  Recipe recipe_;
  std::string start_from_;  // a model; empty: from nothing
  RunPaths run_;
  WorkerPool fewer_;  // for the environment of an agent that learns while it acts
  std::unique_ptr<VectorEnv> env_;
  std::vector<Conditions> conditions_;                // that the player is judged under
  std::vector<std::unique_ptr<VectorEnv>> eval_env_;  // one each
  std::uint64_t env_signature_;                       // 0: none
  std::unique_ptr<Agent> agent_;
  EpisodeStatistics episodes_;
  Logger logger_;
  std::vector<Evaluation> evaluation_;  // likewise; empty: never judged
  std::int64_t evaluated_at_ = -1;
  double best_reward_;
  bool reached_ = false;
  // Steps before the one whose evaluation Ctrl-C cut off, to be made up for; −1: none.
  std::int64_t books_from_ = -1;
  std::int64_t started_at_ = 0;  // steps when this process began
  PhaseClock<Phase> clock_;
};

}  // namespace tengen
