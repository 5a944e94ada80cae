// Trains AlphaZero or AlphaGo: metrics, matches and checkpoints beside the learner's cycles.
#pragma once

#include "agents/alphago/arena.hpp"
#include "agents/alphago/elo.hpp"
#include "agents/alphago/game_learner.hpp"
#include "core/logger.hpp"
#include "experiments/runs/games.hpp"
#include "experiments/runs/phase_clock.hpp"
#include "experiments/runs/training.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

class SelfPlayTrainer final : public Training {
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
    return books_from_ < 0 && steps() >= recipe_.steps;
  }
  [[nodiscard]] const char* unit() const override { return "games"; }
  [[nodiscard]] const char* ended_by() const override { return finished() ? "steps" : "interrupt"; }
  [[nodiscard]] std::string width() const override;
  [[nodiscard]] std::vector<std::pair<std::string, double>> time_spent() const override;
  [[nodiscard]] double seconds() const override { return clock_.total(); }
  [[nodiscard]] double steps_per_second() const override;
  [[nodiscard]] std::string score() const override;
  void add_score(nlohmann::ordered_json& line) const override;
  void describe(nlohmann::ordered_json& manifest) const override;

 private:
  enum Phase { kSelfPlay, kLearning, kEvaluation, kSaving, kOther, kPhases };
  // How players are evaluated: networks play with `search`, and against a fixed opponent.
  struct EvaluationMatches {
    ArenaPlayer opponent;
    std::string name;
    SearchOptions search;
    int opening_moves = 0;
  };
  [[nodiscard]] static EvaluationMatches read_matches(const Config& config);
  void keep_books(std::int64_t before);
  void record_metrics();
  [[nodiscard]] bool evaluate();
  [[nodiscard]] ArenaResult match(const std::shared_ptr<const InferenceNet>& player,
                                  const std::shared_ptr<const InferenceNet>& other,
                                  std::uint64_t number);
  [[nodiscard]] ArchiveWriter packed_player();
  void save_evaluated_player();
  void write_checkpoint();
  void try_checkpoint();
  void finish();
  [[nodiscard]] std::string progress_note() const;
  [[nodiscard]] double evaluations_per_second() const;

  Recipe recipe_;
  std::string start_from_;  // a model; empty: from nothing
  WorkerPool* pool_;
  RunPaths run_;
  std::unique_ptr<AnyGame> game_;
  std::unique_ptr<GameLearner> agent_;
  EvaluationMatches matches_;
  Logger logger_;
  // Player 0 is the fixed opponent, player i the network at evaluated_at_[i − 1] games.
  std::vector<std::int64_t> evaluated_at_;
  std::vector<PairResult> results_;
  std::shared_ptr<const InferenceNet> previous_;  // the player that was evaluated last
  double elo_ = 0;
  std::optional<ArenaResult> against_opponent_;
  // An evaluated player that could not be written yet: without it a checkpoint is not complete.
  std::optional<ArchiveWriter> unsaved_;
  // The games before the cycle whose evaluation Ctrl-C cut off and that is still owed; −1: none.
  std::int64_t books_from_ = -1;
  double bare_ = 0;  // evaluations a second of the network alone; 0: not measured
  std::int64_t started_at_ = 0;
  bool loaded_ = false;  // goes on with a run
  PhaseClock<Phase> clock_;
};

}  // namespace tengen
