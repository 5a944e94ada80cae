// What the scripted players share.
#pragma once

#include <array>

namespace tengen::arcade {

/// The first of the three moves, each held for `frames` frames and followed by moves[0], after
/// which miss(move of frame i) is smallest, over all 27 sequences.
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
