// How good a player is: full games on lanes of its own.
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

/// What some number of full games came to. Rewards are the game's own, unclipped and without what
/// only helps to learn; a game ends where it does, whatever lives are episodes of their own.
struct Evaluation {
  std::string conditions;              ///< the name of what they were played under; may be empty
  std::vector<double> returns;         ///< a game; games of lane 0 first
  std::vector<std::int64_t> lengths;   ///< steps a game
  std::vector<std::uint64_t> courses;  ///< a hash of the game's actions and rewards, step by step
  int cut = 0;                         ///< games that were taken as they stood at kLongestGame

  [[nodiscard]] int episodes() const { return static_cast<int>(returns.size()); }
  [[nodiscard]] double mean_reward() const;
  [[nodiscard]] double std_reward() const;  ///< of the games, population form as NumPy's std
  [[nodiscard]] double mean_length() const;
  /// Games that went differently: far fewer than episodes() say that the figures mean little.
  [[nodiscard]] int different_games() const;
};

/// Adds mean_reward, std_reward, mean_length, episodes and different_games of the first evaluation
/// to `line`, and those of every other as an object under its conditions' name.
void add_figures(nlohmann::ordered_json& line, std::span<const Evaluation> evaluations);

/// Lanes that `episodes` games are spread over: enough to batch well, never more than games.
int evaluation_lanes(int episodes);

/// The one place where environments are made to judge and to watch in: [env] of `judged`, which
/// judged_under() made. Throws UsageError for an unknown environment or a value out of range.
std::unique_ptr<VectorEnv> make_judged_env(const Config& judged, const EnvRegistry& registry,
                                           int lanes, WorkerPool& pool);

/// Steps after which a game of an environment without a time limit counts as it stands: some
/// players never end one.
inline constexpr std::int64_t kLongestGame = 100'000;

/// Plays `episodes` games from new starts. Every lane plays a number of games fixed beforehand:
/// taking the first to finish would favour short ones. `policy` must be for env.size() lanes. When
/// interrupted() it returns the games that are over, which are then fewer.
Evaluation evaluate(Policy& policy, VectorEnv& env, int episodes, std::uint64_t seed);
/// Says on stderr how many games were cut, if any were.
void warn_of_cut_games(const Evaluation& result, const EnvSpec& spec);

}  // namespace tengen
