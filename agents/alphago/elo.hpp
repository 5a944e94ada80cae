// Elo ratings from the results of games.
#pragma once

#include <span>
#include <vector>

namespace tengen {

/// The results of the games between two players, who are given by their numbers.
struct PairResult {
  int first = 0, second = 0;
  double points = 0;  ///< the first player's: 1 for a win, ½ for a draw
  int games = 0;
};

/// The likeliest Elo ratings of `players` players: one of rating r beats one of rating s with
/// probability 1 / (1 + 10^((s − r) / 400)), a draw is half a win (Bradley and Terry 1952).
/// `prior_draws` more games, all drawn, are added to every pair that played, so that a player who
/// won every game has a rating. Player `anchor` is rated 0; players whom no chain of games connects
/// with it are rated NaN.
std::vector<double> elo_ratings(int players, std::span<const PairResult> results, int anchor = 0,
                                double prior_draws = 1);

}  // namespace tengen
