// A run as train and resume see it, whatever learns and from what.
#pragma once

#include "core/logger.hpp"
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
class WorkerPool;

/// Trains one run. Nothing that is measured in seconds influences what is learnt or written, the
/// columns time/* of the figures aside.
class Training {
 public:
  virtual ~Training() = default;
  /// Of a run that begins: takes the weights of the recipe's start_from. Throws UsageError where
  /// they do not fit, naming both.
  virtual void begin() = 0;
  /// Of a run that goes on: takes up a checkpoint of it. Throws Error if that is damaged or of
  /// another recipe; this is then unusable.
  virtual void load(const RunPaths& run, const ArchiveReader& checkpoint) = 0;
  /// From here on everything is written to `run`. Rows of its figures after steps() are dropped.
  virtual void open(const RunPaths& run) = 0;
  /// Trains until the recipe's end or Ctrl-C. Ends with a checkpoint; a failure to write one on the
  /// way is a warning, at the end an Error.
  virtual void train(bool quiet) = 0;
  /// Trains on although what the recipe would stop for was reached.
  virtual void go_on() = 0;

  [[nodiscard]] virtual std::int64_t steps() const = 0;
  [[nodiscard]] virtual bool finished() const = 0;
  /// What steps() counts: "steps", "games".
  [[nodiscard]] virtual const char* unit() const = 0;
  /// "steps", "reward" or "interrupt".
  [[nodiscard]] virtual const char* ended_by() const = 0;
  /// "8 lanes": how many at once.
  [[nodiscard]] virtual std::string width() const = 0;
  /// Where the seconds went, by name.
  [[nodiscard]] virtual std::vector<std::pair<std::string, double>> time_spent() const = 0;
  [[nodiscard]] virtual double seconds() const = 0;
  [[nodiscard]] virtual double steps_per_second() const = 0;
  /// How good the player is: ", mean reward 3.2 over 10 games"; empty if never judged.
  [[nodiscard]] virtual std::string score() const = 0;
  virtual void add_score(nlohmann::ordered_json& line) const = 0;
  /// Adds in what it computes ("precision"), and how the player is judged, where that is not how it
  /// is trained: "evaluation", a text for each of its conditions.
  virtual void describe(nlohmann::ordered_json& manifest) const = 0;
};

/// The run's figures, from `resume_step` on. A file of that name that holds no figures is moved
/// aside with a warning: it is no reason not to go on.
std::unique_ptr<LogSink> metrics_sink(const RunPaths& run, std::int64_t resume_step);

/// Touches no file. `pool` must outlive it. Throws UsageError: unknown ids or keys, values out of
/// range.
std::unique_ptr<Training> make_training(const Recipe& recipe,
                                        const std::vector<std::filesystem::path>& plugins,
                                        WorkerPool& pool);

/// The part of make_training() for recipes that learn from self-play.
std::unique_ptr<Training> make_self_play_training(const Recipe& recipe, WorkerPool& pool);

}  // namespace tengen
