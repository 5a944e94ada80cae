// A recipe: one TOML file that says what is trained, on what, and for how long.
#pragma once

#include "core/config.hpp"
#include "envs/registry.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// The keys that the trainer itself reads; the environment reads [env], the agent [agent] and
/// [net]. Keys of [eval_env] replace those of [env] where the player is judged or watched, beside
/// what the environment's own Conditions replace.
struct Recipe {
  Config config;       ///< the whole file; what is read below is marked read
  std::string name;    ///< names the run's folder; the file's name unless the recipe says
  std::string algo;    ///< an agent of `tengen list agents`
  std::string env;     ///< [env] id; of self-play [game] id
  std::string device;  ///< cpu, cuda …
  std::vector<std::string> plugins;  ///< libraries that bring the environment, if need be
  std::int64_t steps;                ///< environment steps, all lanes together; of self-play games
  int n_envs;                        ///< lanes
  std::uint64_t seed;
  std::int64_t log_freq;         ///< steps between rows of figures
  std::int64_t eval_freq;        ///< steps between evaluations; 0: none
  int eval_episodes;             ///< full games an evaluation
  std::int64_t checkpoint_freq;  ///< steps between checkpoints; 0: only at the end
  double stop_at_reward;  ///< an evaluation with this mean ends the training; infinity: never

  /// Throws UsageError: a key missing, of another type, or out of range.
  static Recipe from_config(Config config, std::string_view default_name);
  /// Whether it learns from whole games: frequencies are then in games, and n_envs and
  /// stop_at_reward are nobody's.
  [[nodiscard]] bool self_play() const { return algo == "alphazero" || algo == "alphago"; }
};

/// A recipe as judges and viewers play it: `conditions` and then [eval_env] over its [env]. What
/// has been laid over stands in section [judged], too.
Config judged_under(const Conditions& conditions, const Config& recipe);
/// "random_start = 40, progress_reward = 0.0": what judged_under() has laid over; empty: nothing.
std::string judged_text(const Config& judged);

/// The file of a recipe given by name ("pong-dqn") or by path. Throws UsageError with the nearest
/// name if there is none.
std::filesystem::path find_recipe(const std::string& name_or_path);

/// Its settings. Relative paths in `plugins` start at the file's folder; here they are absolute.
Config read_recipe(const std::filesystem::path& file);
/// Makes the paths of `plugins` absolute that are relative to `folder`.
void settle_plugins(Config& config, const std::filesystem::path& folder);

struct RecipeInfo {
  std::string name, description;  ///< description: the file's first comment line
};
/// Every recipe that can be found by name, sorted.
std::vector<RecipeInfo> list_recipes();

}  // namespace tengen
