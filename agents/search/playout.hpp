// Random play to the end, the game's own way where it has one.
#pragma once

#include "core/rng.hpp"
#include "envs/game.hpp"

#include <cstdint>
#include <vector>

namespace tengen {

/// score() after random moves. `mask` is scratch memory of spec().actions bytes.
template <Game G>
float random_playout(const G& position, Rng& rng, std::vector<std::uint8_t>& mask) {
  if constexpr (HasPlayout<G>) {
    return position.playout(rng);
  } else {
    G game = position;
    while (!game.finished()) {
      game.legal(mask);
      std::uint32_t count = 0;
      for (const std::uint8_t legal : mask) count += legal;
      std::uint32_t skip = rng.below(count);
      std::size_t action = 0;
      while (mask[action] == 0 || skip-- > 0) ++action;
      game.play(static_cast<int>(action));
    }
    return game.score();
  }
}

}  // namespace tengen
