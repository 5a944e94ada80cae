// A recipe: one TOML file that says what is trained, on what, and for how long.
#pragma once

#include "agents/registry.hpp"
#include "core/config.hpp"
#include "envs/registry.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// The keys that training itself reads; the environment reads [env], the agent [agent] and [net].
/// Keys of [eval_env] replace those of [env] where the player is evaluated or watched, and so do
/// the environment's own Conditions.
struct Recipe {
  Config config;       ///< the whole file; keys that were read are marked in it
  std::string name;    ///< of the run's folder; the file's name unless the recipe sets it
  std::string algo;    ///< an agent of `tengen list agents`
  std::string env;     ///< [env] id; for self-play [game] id
  std::string device;  ///< cpu, cuda …
  std::vector<std::string> plugins;  ///< libraries with further environments
  std::int64_t steps;                ///< environment steps, all lanes together; self-play: games
  int n_envs;                        ///< lanes
  std::uint64_t seed;
  std::int64_t log_freq;         ///< steps between rows of metrics
  std::int64_t eval_freq;        ///< steps between evaluations; 0: none
  int eval_episodes;             ///< full games per evaluation
  std::int64_t checkpoint_freq;  ///< steps between checkpoints; 0: only at the end
  double stop_at_reward;  ///< an evaluation with this mean ends the training; infinity: none does

  /// Throws UsageError: a key missing, of another type, or out of range.
  static Recipe from_config(Config config, std::string_view default_name);
  /// Whether `algo` learns from whole games. Then frequencies are in games, and n_envs and
  /// stop_at_reward are not read. Throws UsageError if there is no such agent.
  [[nodiscard]] bool self_play() const;
};

/// A recipe as evaluations and viewers play it: `conditions`, and then [eval_env], replace keys of
/// its [env]. Keys that were replaced are in section [judged], too.
Config judged_under(const Conditions& conditions, const Config& recipe);
/// The keys that judged_under() has replaced, "random_start = 40, progress_reward = 0.0"; empty if
/// there are none.
std::string judged_text(const Config& judged);

/// The file of a recipe given by name ("pong-dqn") or by path. Throws UsageError with the nearest
/// name if there is none.
std::filesystem::path find_recipe(const std::string& name_or_path);

/// The settings of a recipe file. Paths in it that are relative to the file's folder are made
/// absolute. Throws Error or UsageError if the file cannot be read or is no TOML.
Config read_recipe(const std::filesystem::path& file);
/// Makes the paths absolute that are relative to `folder`: those of `plugins`, and those of sockets
/// in the ids of [env] and [eval_env].
void settle_paths(Config& config, const std::filesystem::path& folder);

/// The recipe without a file: what `agent` usually takes for observations like those of the
/// environment `id` (for an agent that learns from whole games, of the game `id`). Throws
/// UsageError if there is none of that id.
Config usual_recipe(const AgentEntry& agent, const std::string& id, const EnvRegistry& registry);
/// Makes `recipe` one for the environment (or game) `id`. Settings of another environment are
/// dropped, with a message that names them.
void move_to(Config& recipe, const std::string& id);

struct RecipeInfo {
  std::string name, description;  ///< description: the file's first comment line
};
/// Every recipe that can be found by name, sorted.
std::vector<RecipeInfo> list_recipes();

}  // namespace tengen
