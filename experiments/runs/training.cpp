#include "experiments/runs/training.hpp"

#include "core/archive.hpp"
#include "core/system/output.hpp"
#include "experiments/runs/environments.hpp"
#include "experiments/runs/trainer.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace tengen {
namespace {

// The settings that may have asked for so much memory, which are those with the largest numbers:
// "agent.n_steps = 1000000".
std::string largest_settings(const Recipe& recipe) {
  constexpr std::size_t kNamed = 3;
  constexpr double kSmall = 1000;
  const Config all = Config::from_string(recipe.config.to_toml());
  std::vector<std::pair<double, std::string>> sizes;
  for (const std::string& key : all.keys()) {
    if (!key.starts_with("agent.") && !key.starts_with("net.") && !key.starts_with("search.") &&
        !key.starts_with("env.") && !key.starts_with("game.") && key != "n_envs")
      continue;
    for (const double value : all.numbers(key))
      if (value >= kSmall) sizes.emplace_back(value, fmt::format("{} = {:.0f}", key, value));
  }
  std::ranges::stable_sort(sizes, std::ranges::greater{}, &std::pair<double, std::string>::first);
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, sizes.size()); ++i)
    text += (i == 0 ? "" : ", ") + sizes[i].second;
  return text.empty() ? "sizes" : text;
}

std::unique_ptr<Training> made(const Recipe& recipe,
                               const std::vector<std::filesystem::path>& plugins,
                               WorkerPool& pool) {
  if (recipe.self_play()) return make_self_play_training(recipe, pool);
  return std::make_unique<Trainer>(recipe, make_registry(plugins, recipe), pool);
}

}  // namespace

void ScheduledTraining::open(const RunPaths& run) {
  run_ = run;
  std::filesystem::create_directories(run.segments());
  const std::int64_t resume_step = steps() == 0 ? -1 : steps();
  logger_.add(metrics_sink(run_, resume_step));
  logger_.add(tensorboard_sink(run_.folder, resume_step));
  if (steps() == 0) logger_.text("recipe", recipe_.config.to_toml(), 0);
}

double ScheduledTraining::steps_per_second() const {
  return static_cast<double>(steps() - started_at_) / std::max(seconds(), 1e-9);
}

bool ScheduledTraining::due(std::int64_t every, std::int64_t before) const {
  return every > 0 && steps() / every > before / every;
}

void ScheduledTraining::do_what_is_due(std::int64_t before) {
  const bool evaluation = due(recipe_.eval_freq, before);
  if (evaluation && !evaluate()) {
    owed_from_ = before;
    return;
  }
  if (evaluation || metrics_due(before)) {
    record_metrics();
    logger_.dump(steps());
  }
  // The last checkpoint is written by save_at_end(), which knows the final evaluation.
  if (!finished() && due(recipe_.checkpoint_freq, before)) try_checkpoint();
}

void ScheduledTraining::pay_evaluation() {
  if (const std::int64_t from = std::exchange(owed_from_, -1); from >= 0) do_what_is_due(from);
}

// The player is saved after its checkpoint, because a resumed run can make it again.
void ScheduledTraining::try_checkpoint() {
  const std::string_view units = unit(), step = units.substr(0, units.size() - 1);
  clock_.enter(kSaving);
  try {
    write_checkpoint();
    try {
      save_player();
    } catch (const std::exception& error) {
      warn("the player of {} {} is not saved: {}", step, steps(), error.what());
    }
  } catch (const std::exception& error) {
    warn("no checkpoint at {} {}, the one before stands: {}", step, steps(), error.what());
  }
  clock_.enter(kOther);
}

void ScheduledTraining::evaluate_at_end() {
  if (!finished() || recipe_.eval_freq == 0 || evaluated()) return;
  if (evaluate()) {
    record_metrics();
    logger_.dump(steps());
  } else {
    owed_from_ = steps();  // nothing else has to be repeated
  }
}

void ScheduledTraining::save_at_end() {
  clock_.enter(kSaving);
  write_checkpoint();
  save_player();
  clock_.enter(kOther);
}

void ScheduledTraining::load_owed(const ArchiveReader& checkpoint) {
  if (checkpoint.has("trainer/books_from"))  // older checkpoints owe nothing
    owed_from_ = checkpoint.get<std::int64_t>("trainer/books_from");
}

void ScheduledTraining::save_owed(ArchiveWriter& checkpoint) const {
  checkpoint.put("trainer/books_from", owed_from_);
}

std::unique_ptr<LogSink> metrics_sink(const RunPaths& run, std::int64_t resume_step) {
  try {
    return csv_sink(run.metrics(), resume_step);
  } catch (const Error& error) {
    std::filesystem::path aside = run.metrics();
    aside += ".damaged";
    std::error_code failed;
    std::filesystem::rename(run.metrics(), aside, failed);
    if (failed) throw;
    warn("{}; it is '{}' now, and figures begin anew", error.what(), aside.string());
    return csv_sink(run.metrics(), resume_step);
  }
}

std::unique_ptr<Training> make_training(const Recipe& recipe,
                                        const std::vector<std::filesystem::path>& plugins,
                                        WorkerPool& pool) {
  try {
    return made(recipe, plugins, pool);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    // It is the standard library's error, or a message of LibTorch's allocator.
    const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
                        dynamic_cast<const std::length_error*>(&error) != nullptr ||
                        std::string_view(error.what()).find("allocat") != std::string_view::npos;
    if (!memory) throw;
    throw Error("there is not enough memory for this recipe; it asks for {}",
                largest_settings(recipe));
  }
}

}  // namespace tengen
