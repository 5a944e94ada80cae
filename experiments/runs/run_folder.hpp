// The folder of a run: runs/<recipe>/<n>/, which is never overwritten.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// The names inside a run's folder.
struct RunPaths {
  std::filesystem::path folder;

  [[nodiscard]] auto recipe() const { return folder / "recipe.toml"; }   ///< all settings
  [[nodiscard]] auto command() const { return folder / "command.txt"; }  ///< a line per start
  [[nodiscard]] auto manifest() const { return folder / "manifest.json"; }
  [[nodiscard]] auto metrics() const { return folder / "metrics.csv"; }
  [[nodiscard]] auto model() const { return folder / "model.tgn"; }  ///< the newest player
  [[nodiscard]] auto best_model() const { return folder / "best" / "model.tgn"; }
  [[nodiscard]] auto games() const { return folder / "games.store"; }  ///< self-play only
  [[nodiscard]] auto player_at(std::int64_t games) const {  ///< self-play: of that evaluation
    return folder / "players" / (std::to_string(games) + ".tgn");
  }
  [[nodiscard]] auto checkpoints() const { return folder / "checkpoint"; }
  [[nodiscard]] auto segments() const { return folder / "checkpoint" / "segments"; }
};

/// Makes a new run's folder: `out` itself if it is given, else the next free number under
/// runs/<recipe_name>/. Throws Error if `out` holds a run already, or anything that a run would
/// overwrite, or if no folder can be made.
RunPaths create_run(const std::string& recipe_name,
                    const std::optional<std::filesystem::path>& out);

/// The run that is named by its folder, by "pong-dqn/3", or by "pong-dqn", which means the newest
/// run of that recipe. Empty if there is none.
std::optional<RunPaths> find_run(const std::string& name_or_path);

/// Throws Error if the run's recipe has been cut short: if it lacks settings with which its newest
/// checkpoint was made, or if its last line does not end and is not the checkpoint's. It then
/// leaves the checkpoint's recipe beside it. Changed settings are no error here (RecipeChanges).
void check_recipe_whole(const RunPaths& run);

/// A lock that is held while a run is trained, so that two processes never write the same one. The
/// kernel releases it however the process ends.
class RunLock {
 public:
  /// Throws Error if another process holds it. Warns if the file system has no locks.
  explicit RunLock(const RunPaths& run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_;
};

/// The steps of the checkpoints in a run, newest first.
std::vector<std::int64_t> checkpoint_steps(const RunPaths& run);
/// The file of the checkpoint at that step.
std::filesystem::path checkpoint_file(const RunPaths& run, std::int64_t step);
/// Keeps the newest `kept` checkpoints up to step `newest`. Removes older ones, later ones, which a
/// resumed run has left behind, and the replay segments that no kept checkpoint names.
void drop_old_checkpoints(const RunPaths& run, std::int64_t newest, int kept);

}  // namespace tengen
