// What the arrow keys and the space bar mean in an action space.
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

/// Maps keys to actions. Discrete actions are understood by name, in any case: those that contain
/// UP, DOWN, LEFT, RIGHT or FIRE ("UPRIGHTFIRE") are played when exactly those keys are down, or
/// the most of them; all others mean doing nothing. Where nothing goes up or down, those keys mean
/// right and left, as Pong's paddle has it. Box actions: left and right push axis 0 to its ends,
/// down and up axis 1, otherwise an axis rests at zero or the nearest value to it.
class KeyMap {
 public:
  explicit KeyMap(ActionSpace space);
  /// Writes lane 0's action. False where the keys mean nothing and doing nothing is not among the
  /// actions: the game then waits. `legal` may be empty.
  [[nodiscard]] bool choose(const GameKeys& keys, std::span<const std::uint8_t> legal,
                            ActionBuffer out) const;

 private:
  ActionSpace space_;
  std::vector<unsigned> needs_;  // keys of an action, as bits; Discrete only
  bool vertical_ = false;        // some action goes up or down
};

}  // namespace tengen
