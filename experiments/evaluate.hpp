// How good a player is: full games on lanes of its own.
#pragma once

#include "agents/agent.hpp"
#include "envs/vector_env.hpp"

#include <cstdint>
#include <vector>

namespace tengen {

/// What some number of full games came to. Rewards are the environment's own, unclipped.
struct Evaluation {
  std::vector<double> returns;        ///< a game; games of lane 0 first
  std::vector<std::int64_t> lengths;  ///< steps a game
  int cut = 0;                        ///< games that were taken as they stood at kLongestGame

  [[nodiscard]] int episodes() const { return static_cast<int>(returns.size()); }
  [[nodiscard]] double mean_reward() const;
  [[nodiscard]] double std_reward() const;  ///< of the games, population form as NumPy's std
  [[nodiscard]] double mean_length() const;
};

/// Lanes that `episodes` games are spread over: enough to batch well, never more than games.
int evaluation_lanes(int episodes);

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
