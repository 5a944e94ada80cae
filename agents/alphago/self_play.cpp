#include "agents/alphago/self_play.hpp"

#include "core/usize.hpp"

namespace tengen {

SelfPlayOptions read_self_play(const Config& agent, const SearchOptions& search) {
  const bool gumbel = search.rule == SearchRule::kGumbel;
  SelfPlayOptions o;
  o.search = search;
  o.slots = agent.get<int>("n_slots", o.slots, 1, 65'536);
  o.full_probability = agent.get<double>("full_probability", gumbel ? 1.0 : 0.25, 1e-3, 1.0);
  o.cheap_simulations = agent.get<int>("cheap_simulations", o.cheap_simulations, 1, 1'000'000);
  o.opening_moves = agent.get<double>("opening_moves", o.opening_moves, 0.0, 1e3);
  o.opening_temperature =
      agent.get<double>("opening_temperature", o.opening_temperature, 0.1, 100.0);
  o.temperature = agent.get<double>("temperature", gumbel ? 0.0 : 0.75, 0.0, 10.0);
  o.final_temperature = agent.get<double>("final_temperature", gumbel ? 0.0 : 0.15, 0.0, 10.0);
  o.temperature_half_life =
      agent.get<double>("temperature_half_life", o.temperature_half_life, 1e-3, 1e6);
  return o;
}

GameRowShape row_shape(const GameSpec& game) {
  return {game.points(), game.planes, game.globals, game.actions, game.ownership};
}

std::vector<RowSymmetry> row_symmetries(const GameSpec& game) {
  GameSpec board = game;
  board.layout = ActionLayout::kPoints;
  std::vector<RowSymmetry> all(usize(game.symmetries));
  for (int s = 0; s < game.symmetries; ++s) {
    RowSymmetry& symmetry = all[usize(s)];
    for (int p = 0; p < game.points(); ++p) symmetry.points.push_back(transformed(board, p, s));
    for (int a = 0; a < game.actions; ++a) symmetry.actions.push_back(transformed(game, a, s));
  }
  return all;
}

}  // namespace tengen
