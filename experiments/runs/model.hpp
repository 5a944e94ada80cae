// Players that eval and watch load: trained networks in files, scripted experts, random players.
#pragma once

#include "agents/agent.hpp"
#include "envs/registry.hpp"
#include "experiments/runs/evaluate.hpp"
#include "experiments/runs/recipe.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// The texts of a model file (*.tgn) beside the weights.
struct ModelInfo {
  std::string recipe;    ///< TOML, all settings: the game, its options and the network
  std::string manifest;  ///< JSON: algo, env, steps, seed, version, score
  std::string origin;    ///< the file, for messages
};
/// The entries of a manifest that are read.
struct ModelFacts {
  std::string algo, plays;   ///< plays: the environment or game
  std::int64_t trained = 0;  ///< for so many of `unit`
  const char* unit = "steps";
  std::optional<double> mean_reward;
};
/// Reads the manifest; entries that are missing stay empty. Throws an Error that names file, key
/// and what would be right if an entry is not as save_model() and the trainer of self-play write
/// it.
ModelFacts model_facts(const ModelInfo& info);

/// Writes the greedy player of `agent` as a model file, atomically. `scores` is empty if it has not
/// been evaluated. The bytes depend on nothing but the arguments. Throws Error if it cannot write.
void save_model(const std::filesystem::path& path, const Agent& agent, const Recipe& recipe,
                std::span<const Evaluation> scores);

/// Throws Error if `reader` is not of a model file.
ModelInfo model_info(const ArchiveReader& reader);

/// Opens the player that a recipe's start_from names; for a run it is the newest. Throws as
/// find_model, and UsageError for oracle and random, which have no weights.
ArchiveReader read_start(const std::string& what);

/// Which player of a run is meant.
enum class RunPlayer : std::uint8_t { kBest, kNewest };

struct PlayerOptions {
  std::string env;  ///< an environment instead of the model's own; oracle and random need it
  std::size_t conditions = 0;  ///< which of the environment's; the first decides
  int lanes = 1;
  int threads = 1;
  std::uint64_t seed = 0;  ///< for players that act at random
  std::string device = "cpu";
  RunPlayer run_player = RunPlayer::kBest;
  std::vector<std::filesystem::path> plugins;
};

/// A policy and the environment it plays, both for `lanes` lanes. Reset the environment before
/// use.
struct Player {
  std::string name;            ///< as the user gave it
  std::filesystem::path file;  ///< the model file; empty for oracle and random
  /// The model's recipe, judged_under() the conditions that were asked for; for oracle and random
  /// it has only [env].
  Config recipe;
  std::vector<Conditions> conditions;  ///< all that the environment has
  ModelInfo info;                      ///< empty for oracle and random
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<VectorEnv> env;
  std::unique_ptr<Policy> policy;  ///< may use `env` and `pool`
};

/// Loads a player. `what` is a model file, a run's folder, the name of a model that ships ("pong"),
/// "oracle", "random", or the name of a recipe, which means its newest run. Throws UsageError with
/// the nearest name if it is none of these, Error if the file is damaged or does not fit the game.
Player load_player(const std::string& what, const PlayerOptions& options);

/// The model file that `what` means; empty for "oracle" and "random". Throws as load_player.
std::filesystem::path find_model(const std::string& what, RunPlayer run_player);

/// The names of the models that ship, sorted.
std::vector<std::string> list_models();

}  // namespace tengen
