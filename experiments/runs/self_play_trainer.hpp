// Trains AlphaZero or AlphaGo: metrics, matches and checkpoints beside the learner's cycles.
#pragma once

#include "agents/alphago/arena.hpp"
#include "agents/alphago/elo.hpp"
#include "agents/alphago/game_learner.hpp"
#include "experiments/runs/games.hpp"
#include "experiments/runs/training.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

class SelfPlayTrainer final : public ScheduledTraining {
 public:
  /// Touches no file. `pool` must outlive this. Throws UsageError.
  SelfPlayTrainer(const Recipe& recipe, WorkerPool& pool);

  void begin() override;
  void load(const RunPaths& run, const ArchiveReader& checkpoint) override;
  void open(const RunPaths& run) override;
  void train(bool quiet) override;
  void go_on() override {}

  /// The games that were learnt from.
  [[nodiscard]] std::int64_t steps() const override { return agent_->games(); }
  [[nodiscard]] bool finished() const override {
    return !owes_evaluation() && steps() >= recipe_.steps;
  }
  [[nodiscard]] const char* unit() const override { return "games"; }
  [[nodiscard]] const char* ended_by() const override { return finished() ? "steps" : "interrupt"; }
  [[nodiscard]] std::string width() const override;
  [[nodiscard]] std::vector<std::pair<std::string, double>> time_spent() const override;
  [[nodiscard]] std::string score() const override;
  void add_score(nlohmann::ordered_json& line) const override;
  void describe(nlohmann::ordered_json& manifest) const override;

 private:
  // How players are evaluated: networks play with `search`, and against a fixed opponent.
  struct EvaluationMatches {
    ArenaPlayer opponent;
    std::string name;
    SearchOptions search;
    int opening_moves = 0;
  };
  [[nodiscard]] static EvaluationMatches read_matches(const Config& config);
  [[nodiscard]] bool evaluate() override;
  [[nodiscard]] bool evaluated() const override {
    return !evaluated_at_.empty() && evaluated_at_.back() == steps();
  }
  [[nodiscard]] bool metrics_due(std::int64_t /*before*/) const override { return true; }
  void record_metrics() override;
  void write_checkpoint() override;
  void save_player() override;
  [[nodiscard]] ArenaResult match(const std::shared_ptr<const InferenceNet>& player,
                                  const std::shared_ptr<const InferenceNet>& other,
                                  std::uint64_t number);
  [[nodiscard]] ArchiveWriter packed_player();
  void save_evaluated_player();
  void finish();
  [[nodiscard]] std::string progress_note() const;
  [[nodiscard]] double evaluations_per_second() const;

  std::string start_from_;  // a model; empty: from nothing
  WorkerPool* pool_;
  std::unique_ptr<AnyGame> game_;
  std::unique_ptr<GameLearner> agent_;
  EvaluationMatches matches_;
  // Player 0 is the fixed opponent, player i the network at evaluated_at_[i − 1] games.
  std::vector<std::int64_t> evaluated_at_;
  std::vector<PairResult> results_;
  std::shared_ptr<const InferenceNet> previous_;  // the player that was evaluated last
  double elo_ = 0;
  std::optional<ArenaResult> against_opponent_;
  // An evaluated player that could not be written yet: without it a checkpoint is not complete.
  std::optional<ArchiveWriter> unsaved_;
  double bare_ = 0;      // evaluations a second of the network alone; 0: not measured
  bool loaded_ = false;  // goes on with a run
};

}  // namespace tengen
