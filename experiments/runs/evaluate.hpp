// Evaluations: full games of a player, on lanes of their own.
#pragma once

#include "agents/agent.hpp"
#include "envs/registry.hpp"
#include "experiments/runs/recipe.hpp"

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace tengen {

/// The results of a number of full games. Rewards are the game's own, unclipped and without parts
/// that only help training; games are whole, even where a life is an episode.
struct Evaluation {
  std::string conditions;              ///< the name of the Conditions of these games; may be empty
  std::vector<double> returns;         ///< one per game; games of lane 0 come first
  std::vector<std::int64_t> lengths;   ///< steps of each game
  std::vector<std::uint64_t> courses;  ///< per game a hash of its actions and rewards
  int cut = 0;                         ///< games that were stopped and counted at kLongestGame

  [[nodiscard]] int episodes() const { return static_cast<int>(returns.size()); }
  [[nodiscard]] double mean_reward() const;
  [[nodiscard]] double std_reward() const;  ///< over the games, population form as NumPy's std
  [[nodiscard]] double mean_length() const;
  /// How many games differ in their course. If they are far fewer than episodes(), mean and
  /// deviation say little.
  [[nodiscard]] int different_games() const;
};

/// Adds mean_reward, std_reward, mean_length, episodes and different_games of the first evaluation
/// to `line`, and those of each further one as an object under its conditions' name.
void add_figures(nlohmann::ordered_json& line, std::span<const Evaluation> evaluations);

/// The number of lanes over which `episodes` games are spread: enough to batch well, never more
/// than there are games.
int evaluation_lanes(int episodes);

/// Makes the environment of `judged`, which judged_under() made. All environments for evaluation
/// and for watching are made here. Throws UsageError for an unknown environment or a value out of
/// range.
std::unique_ptr<VectorEnv> make_judged_env(const Config& judged, const EnvRegistry& registry,
                                           int lanes, WorkerPool& pool);

/// Steps after which a game of an environment without a time limit is stopped and counted as it
/// stands, since some players never end one.
inline constexpr std::int64_t kLongestGame = 100'000;

/// Plays `episodes` games from new starts. Every lane plays a number of games that is fixed
/// beforehand, because taking the first to finish would favour short ones. `policy` must be for
/// env.size() lanes. If interrupted() it returns the games that are over, which are then fewer.
Evaluation evaluate(Policy& policy, VectorEnv& env, int episodes, std::uint64_t seed);
/// Warns on stderr of games that were cut, if there are any.
void warn_of_cut_games(const Evaluation& result, const EnvSpec& spec);

}  // namespace tengen
