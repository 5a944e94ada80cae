// Where a run lives: runs/<recipe>/<n>/, never overwritten.
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

  [[nodiscard]] auto recipe() const { return folder / "recipe.toml"; }   ///< resolved
  [[nodiscard]] auto command() const { return folder / "command.txt"; }  ///< a line a start
  [[nodiscard]] auto manifest() const { return folder / "manifest.json"; }
  [[nodiscard]] auto metrics() const { return folder / "metrics.csv"; }
  [[nodiscard]] auto model() const { return folder / "model.tgn"; }  ///< the newest player
  [[nodiscard]] auto best_model() const { return folder / "best" / "model.tgn"; }
  [[nodiscard]] auto games() const { return folder / "games.store"; }  ///< of self-play
  [[nodiscard]] auto player_at(std::int64_t games) const {  ///< of self-play: as it was judged
    return folder / "players" / (std::to_string(games) + ".tgn");
  }
  [[nodiscard]] auto checkpoints() const { return folder / "checkpoint"; }
  [[nodiscard]] auto segments() const { return folder / "checkpoint" / "segments"; }
};

/// Makes a new run's folder: `out` exactly if given (it must not hold a run already, nor anything
/// that a run would write over), else the next free number under runs/<recipe_name>/. Throws Error.
RunPaths create_run(const std::string& recipe_name,
                    const std::optional<std::filesystem::path>& out);

/// The run meant by a folder, by "pong-dqn/3", or by "pong-dqn": its newest. Empty if there is
/// none.
std::optional<RunPaths> find_run(const std::string& name_or_path);

/// Throws Error if the run's recipe has been cut short: it lacks settings that its newest
/// checkpoint was made with, or its last line does not end and is not the checkpoint's. The
/// checkpoint's recipe is then left beside it. Settings that were changed are not this function's
/// business.
void check_recipe_whole(const RunPaths& run);

/// Held while a run is trained, so that two processes never write the same one; the kernel lets go
/// of it however the process ends.
class RunLock {
 public:
  /// Throws Error if another process holds it. Where the file system has no locks it warns and goes
  /// on.
  explicit RunLock(const RunPaths& run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_;
};

/// Steps of the checkpoints in a run, newest first.
std::vector<std::int64_t> checkpoint_steps(const RunPaths& run);
std::filesystem::path checkpoint_file(const RunPaths& run, std::int64_t step);
/// Keeps the newest `kept` checkpoints up to `newest`, and removes older ones, those of a future
/// that a resumed run has left, and the replay segments that none of the kept ones names.
void drop_old_checkpoints(const RunPaths& run, std::int64_t newest, int kept);

}  // namespace tengen
