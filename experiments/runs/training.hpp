// A run as train and resume see it, whether it learns from steps or from whole games.
#pragma once

#include "core/logger.hpp"
#include "experiments/runs/phase_clock.hpp"
#include "experiments/runs/recipe.hpp"
#include "experiments/runs/run_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace tengen {

class ArchiveReader;
class ArchiveWriter;
class WorkerPool;

/// Trains one run. Nothing that is measured in seconds influences what is learnt or written, except
/// for the metrics time/*.
class Training {
 public:
  virtual ~Training() = default;
  /// Begins a run with the weights of the recipe's start_from, if it names any. Throws a UsageError
  /// that names both if they do not fit.
  virtual void begin() = 0;
  /// Takes up a checkpoint of a run that goes on. Throws Error if it is damaged or of another
  /// recipe; this is then unusable.
  virtual void load(const RunPaths& run, const ArchiveReader& checkpoint) = 0;
  /// From here on everything is written to `run`. Rows of its metrics after steps() are dropped.
  virtual void open(const RunPaths& run) = 0;
  /// Trains until the recipe's end or Ctrl-C. Ends with a checkpoint; a failure to write one on the
  /// way is a warning, at the end an Error.
  virtual void train(bool quiet) = 0;
  /// Lets train() go on although the recipe's stop_at_reward was reached.
  virtual void go_on() = 0;

  /// Environment steps, all lanes together, or games that were learnt from.
  [[nodiscard]] virtual std::int64_t steps() const = 0;
  /// Whether the recipe's end has been reached and nothing has to be repeated.
  [[nodiscard]] virtual bool finished() const = 0;
  /// What steps() counts: "steps" or "games".
  [[nodiscard]] virtual const char* unit() const = 0;
  /// Why train() returned: "steps", "reward" or "interrupt".
  [[nodiscard]] virtual const char* ended_by() const = 0;
  /// How much runs at once: "8 lanes".
  [[nodiscard]] virtual std::string width() const = 0;
  /// The seconds spent in each phase, by its name.
  [[nodiscard]] virtual std::vector<std::pair<std::string, double>> time_spent() const = 0;
  [[nodiscard]] virtual double seconds() const = 0;
  [[nodiscard]] virtual double steps_per_second() const = 0;
  /// The score of the player: ", mean reward 3.2 over 10 games"; empty if it was never evaluated.
  [[nodiscard]] virtual std::string score() const = 0;
  /// Adds the same to a JSON object.
  virtual void add_score(nlohmann::ordered_json& line) const = 0;
  /// Adds the precision of computations ("precision") and, where evaluations differ from training,
  /// "evaluation": a text for each of their conditions.
  virtual void describe(nlohmann::ordered_json& manifest) const = 0;
};

/// A Training that is evaluated, logged and saved whenever its steps pass a multiple of the
/// recipe's eval_freq, log_freq and checkpoint_freq.
class ScheduledTraining : public Training {
 public:
  void open(const RunPaths& run) override;
  [[nodiscard]] double seconds() const override { return clock_.total(); }
  [[nodiscard]] double steps_per_second() const override;

 protected:
  enum Phase { kActing, kEnvironment, kLearning, kEvaluation, kSaving, kOther, kPhases };

  explicit ScheduledTraining(const Recipe& recipe) : recipe_(recipe) {}

  /// Evaluates the player; the phase is kOther afterwards. Returns false if Ctrl-C cut the
  /// evaluation off, which leaves no trace.
  [[nodiscard]] virtual bool evaluate() = 0;
  /// Whether the player as it is now was evaluated.
  [[nodiscard]] virtual bool evaluated() const = 0;
  /// Whether metrics are due after steps (before, steps()], evaluations aside.
  [[nodiscard]] virtual bool metrics_due(std::int64_t before) const = 0;
  virtual void record_metrics() = 0;
  virtual void write_checkpoint() = 0;
  virtual void save_player() = 0;

  /// Whether a multiple of `every` lies in (before, steps()]; never if `every` is 0.
  [[nodiscard]] bool due(std::int64_t every, std::int64_t before) const;
  /// Evaluates, records metrics and saves, each if it is due after steps (before, steps()]. If
  /// Ctrl-C cuts an evaluation off, that evaluation and all that comes after it is owed.
  void do_what_is_due(std::int64_t before);
  /// Repeats an evaluation that is owed, and what comes after it.
  void pay_evaluation();
  [[nodiscard]] bool owes_evaluation() const { return owed_from_ >= 0; }
  /// Makes the final evaluation, unless the player has had it.
  void evaluate_at_end();
  /// Saves the last checkpoint and player. Throws Error if they cannot be written.
  void save_at_end();
  void load_owed(const ArchiveReader& checkpoint);
  void save_owed(ArchiveWriter& checkpoint) const;

  Recipe recipe_;
  RunPaths run_;
  Logger logger_;
  std::int64_t started_at_ = 0;  // steps when this process began
  PhaseClock<Phase> clock_;

 private:
  void try_checkpoint();

  std::int64_t owed_from_ = -1;  // steps() before the step whose evaluation is owed; −1: none is
};

/// Writes the run's metrics, from `resume_step` on. A file of that name that holds none is moved
/// aside with a warning, so that the run can go on.
std::unique_ptr<LogSink> metrics_sink(const RunPaths& run, std::int64_t resume_step);

/// Makes the training that a recipe describes. Touches no file. `pool` must outlive it. Throws
/// UsageError for unknown ids or keys and for values out of range, Error if memory does not
/// suffice.
std::unique_ptr<Training> make_training(const Recipe& recipe,
                                        const std::vector<std::filesystem::path>& plugins,
                                        WorkerPool& pool);

/// The part of make_training() for recipes that learn from self-play.
std::unique_ptr<Training> make_self_play_training(const Recipe& recipe, WorkerPool& pool);

}  // namespace tengen
