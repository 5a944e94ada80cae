// Random play to a game's end, in the game's own way where it has one.
#pragma once

#include "agents/search/sampling.hpp"
#include "core/rng.hpp"
#include "core/usize.hpp"
#include "envs/game.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// `float playout_moves(Rng&, std::span<std::int8_t> first) const`: playout(), and actions for
/// which `first` is 0 get 1 or −1 if player 0 or 1 is the first to make them.
template <class G>
concept HasPlayoutMoves = requires(const G& game, Rng& rng, std::span<std::int8_t> first) {
  { game.playout_moves(rng, first) } -> std::same_as<float>;
};

/// Returns score() after random moves. `mask` is scratch memory of spec().actions bytes. `first` is
/// empty or has one number per action; those that are 0 become 1 or −1 if player 0 or 1 is the
/// first to make the action.
template <Game G>
float random_playout(const G& position, Rng& rng, std::vector<std::uint8_t>& mask,
                     std::span<std::int8_t> first = {}) {
  if constexpr (HasPlayoutMoves<G>)
    if (!first.empty()) return position.playout_moves(rng, first);
  if constexpr (HasPlayout<G>)
    if (first.empty()) return position.playout(rng);
  G game = position;
  while (!game.finished()) {
    game.legal(mask);
    const int action = sample_legal(mask, rng);
    if (const auto at = usize(action); !first.empty() && first[at] == 0)
      first[at] = static_cast<std::int8_t>(game.to_move() == 0 ? 1 : -1);
    game.play(action);
  }
  return game.score();
}

}  // namespace tengen
