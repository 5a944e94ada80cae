// Strengths from the results of games.
#pragma once

#include <span>
#include <vector>

namespace tengen {

/// What came of the games between two players, named by number.
struct PairResult {
  int first = 0, second = 0;
  double points = 0;  ///< of the first: 1 a win, ½ a draw
  int games = 0;
};

/// The likeliest Elo ratings of `players` players: one of rating r beats one of rating s with
/// probability 1 / (1 + 10^((s − r) / 400)), a draw is half a win (Bradley and Terry 1952).
/// `prior_draws` more games, all drawn, are added to every pair that played, so that a player who
/// won every game has a rating. Player `anchor` is rated 0; whom no games tie to it, NaN.
std::vector<double> elo_ratings(int players, std::span<const PairResult> results, int anchor = 0,
                                double prior_draws = 1);

/// The rating difference at which `score` ∈ (0, 1) is expected a game.
double elo_difference(double score);

}  // namespace tengen
