// The search that the scripted players share.
#pragma once

#include <array>

namespace tengen::arcade {

/// Tries all 27 sequences of three of the `moves`, each held for `frames` frames and the last
/// followed by moves[0] for ever. `miss` gets a sequence as a function from frame to move and
/// returns how bad it is. Returns the first move of the best sequence.
template <class Miss>
int best_first_move(const std::array<int, 3>& moves, int frames, Miss&& miss) {
  int best = moves[0];
  float smallest = 1e30F;
  for (std::size_t sequence = 0; sequence < 27; ++sequence) {
    const std::array<int, 3> order = {moves[sequence / 9], moves[sequence / 3 % 3],
                                      moves[sequence % 3]};
    const float value = miss([&](int frame) {
      const int turn = frame / frames;
      return turn < 3 ? order[static_cast<std::size_t>(turn)] : moves[0];
    });
    if (value < smallest) {
      smallest = value;
      best = order[0];
    }
  }
  return best;
}

}  // namespace tengen::arcade
