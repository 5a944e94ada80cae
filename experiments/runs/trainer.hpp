// The training loop, the same for every agent, and what happens beside it: metrics, evaluations and
// checkpoints.
#pragma once

#include "agents/agent.hpp"
#include "envs/registry.hpp"
#include "experiments/runs/episode_statistics.hpp"
#include "experiments/runs/evaluate.hpp"
#include "experiments/runs/training.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

/// Trains an agent in an environment.
class Trainer final : public ScheduledTraining {
 public:
  /// Touches no file. `pool` must outlive this. Throws UsageError for unknown ids or keys and for
  /// values out of range.
  Trainer(const Recipe& recipe, const EnvRegistry& registry, WorkerPool& pool);

  void begin() override;
  void load(const RunPaths& run, const ArchiveReader& checkpoint) override;
  void open(const RunPaths& run) override;
  /// Also ends at the recipe's stop_at_reward.
  void train(bool quiet) override;
  void go_on() override { reached_ = false; }

  [[nodiscard]] std::int64_t steps() const override { return agent_->steps(); }
  [[nodiscard]] bool finished() const override {
    return !owes_evaluation() && (steps() >= recipe_.steps || reached_);
  }
  [[nodiscard]] const char* unit() const override { return "steps"; }
  [[nodiscard]] const char* ended_by() const override;
  [[nodiscard]] std::string width() const override;
  [[nodiscard]] std::vector<std::pair<std::string, double>> time_spent() const override;
  /// The score of the agent as it was at its last evaluation.
  [[nodiscard]] std::string score() const override;
  void add_score(nlohmann::ordered_json& line) const override;
  void describe(nlohmann::ordered_json& manifest) const override;

 private:
  void load_env(const ArchiveReader& checkpoint);
  void step();
  void make_eval_envs(const EnvRegistry& registry, WorkerPool& pool);
  void load_evaluation(const ArchiveReader& reader);
  [[nodiscard]] bool evaluate() override;
  [[nodiscard]] bool evaluated() const override { return evaluated_at_ == steps(); }
  [[nodiscard]] bool metrics_due(std::int64_t before) const override {
    return due(recipe_.log_freq, before);
  }
  void record_metrics() override;
  void write_checkpoint() override;
  void save_player() override;
  void save_best();
  [[nodiscard]] std::string progress_note() const;

  std::string start_from_;  // a model; empty: the run begins with new weights
  WorkerPool fewer_;        // for the environment of an agent that learns while it acts
  std::unique_ptr<VectorEnv> env_;
  std::vector<Conditions> conditions_;                // of evaluations
  std::vector<std::unique_ptr<VectorEnv>> eval_env_;  // one for each of conditions_
  std::uint64_t env_signature_;                       // 0: not known
  std::unique_ptr<Agent> agent_;
  EpisodeStatistics episodes_;
  std::vector<Evaluation> evaluation_;  // one for each of conditions_; empty before the first
  std::int64_t evaluated_at_ = -1;
  double best_reward_;
  bool reached_ = false;
};

}  // namespace tengen
