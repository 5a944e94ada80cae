// Positions of any game, for its tests.
#pragma once

#include "envs/game.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tengen {

/// The position after these actions, a digit each.
template <Game G>
G played(const std::string& actions) {
  G game;
  for (const char action : actions) game.play(action - '0');
  return game;
}

/// A byte for each action, 1 where it is legal.
template <Game G>
std::vector<std::uint8_t> legal_mask(const G& game) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(game.spec().actions));
  game.legal(mask);
  return mask;
}

}  // namespace tengen
