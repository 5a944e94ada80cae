// The meaning of the arrow keys and the space bar in an action space.
#pragma once

#include "core/space.hpp"
#include "core/view.hpp"

#include <vector>

namespace tengen {

/// The game keys that are down.
struct GameKeys {
  bool up = false, down = false, left = false, right = false, fire = false;
  int digit = -1;  ///< a number key picks that action directly; -1: none

  [[nodiscard]] bool any() const { return up || down || left || right || fire || digit >= 0; }
  friend GameKeys operator|(const GameKeys& a, const GameKeys& b) {
    return {a.up || b.up,       a.down || b.down, a.left || b.left,
            a.right || b.right, a.fire || b.fire, b.digit >= 0 ? b.digit : a.digit};
  }
};

/// Maps keys to actions. Discrete actions are understood by their names, in upper or lower case.
/// Actions whose names contain UP, DOWN, LEFT, RIGHT or FIRE ("UPRIGHTFIRE") are played when
/// exactly these keys are down, or most of them; all others mean doing nothing. If no action goes
/// up or down, the keys up and down mean right and left, as for Pong's paddle. For Box actions left
/// and right push axis 0 to its ends, down and up axis 1; otherwise an axis is at zero or the value
/// that is nearest to it.
class KeyMap {
 public:
  explicit KeyMap(ActionSpace space);
  /// Writes lane 0's action. Returns false if the keys mean no action and doing nothing is none
  /// either; the game then waits. `legal` may be empty, which means that every action is legal.
  [[nodiscard]] bool choose(const GameKeys& keys, std::span<const std::uint8_t> legal,
                            ActionBuffer out) const;

 private:
  ActionSpace space_;
  std::vector<unsigned> needs_;  // the keys of each action, as bits; Discrete only
  bool vertical_ = false;        // whether any action goes up or down
};

}  // namespace tengen
