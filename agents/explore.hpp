// Choosing among legal actions, exploring, and refusing outputs that no action can be chosen by.
#pragma once

#include "agents/checkpoint.hpp"
#include "agents/search/sampling.hpp"
#include "core/check.hpp"
#include "core/rng.hpp"
#include "core/usize.hpp"
#include "core/view.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace tengen {

/// Draws uniformly from the legal ones of `actions` actions; an empty mask allows all.
inline std::int32_t random_action(int actions, std::span<const std::uint8_t> legal, Rng& rng) {
  return legal.empty() ? static_cast<std::int32_t>(rng.below(static_cast<std::uint32_t>(actions)))
                       : sample_legal(legal, rng);
}

/// The mask of lane `lane`, or an empty one where the environment does not mask.
inline std::span<const std::uint8_t> legal_row(const MaskView& legal, int lane) {
  if (legal.empty()) return {};
  return legal.row(lane);
}

/// Draws n ≥ 1 with a probability in proportion to 1 / n² (the zeta distribution of exponent 2), by
/// rejection (Devroye 1986, chapter X.6.1). Its mean is infinite; n is at most 10,000 here.
inline int zeta2(Rng& rng) {
  constexpr double kLongest = 10'000;
  for (;;) {
    const double n = std::floor(1 / (1 - rng.uniform_double()));
    if (n <= kLongest && rng.chance((n + 1) / (2 * n))) return static_cast<int>(n);
  }
}

/// Exploration of several lanes: ε-greedy, or temporally extended ε-greedy (Dabney et al. 2021,
/// "Temporally-Extended ε-Greedy Exploration"), which holds a random action for zeta2() steps, also
/// across an episode's end, but never where it is illegal. That reaches places which single random
/// actions hardly ever reach.
class Explorer {
 public:
  Explorer(int lanes, int actions, bool repeats)
      : actions_(actions), repeats_(repeats), held_(usize(lanes)) {}

  /// Returns the action that `lane` takes at random, legal by the mask `legal` (empty: all are), or
  /// −1 where it is to act greedily. A random action begins with probability `epsilon`.
  std::int32_t choose(int lane, double epsilon, std::span<const std::uint8_t> legal, Rng& rng) {
    Held& held = held_[usize(lane)];
    if (held.steps > 0 && (legal.empty() || legal[usize(held.action)] != 0)) {
      --held.steps;
      return held.action;
    }
    held.steps = 0;
    if (!rng.chance(epsilon)) return -1;
    const std::int32_t action = random_action(actions_, legal, rng);
    if (repeats_) held = {action, zeta2(rng) - 1};
    return action;
  }

  void records(const Checkpoint& checkpoint) {
    checkpoint.values("agent/held", std::span(held_));
    const auto valid = [&](const Held& held) { return held.action >= 0 && held.action < actions_; };
    checkpoint.check("agent/held", std::ranges::all_of(held_, valid));
  }

 private:
  struct Held {
    std::int32_t action = 0;
    std::int32_t steps = 0;  // for which it is still held
  };

  int actions_;
  bool repeats_;
  std::vector<Held> held_;  // by lane
};

/// Throws Error unless all of a network's outputs are finite. The observations are (CheckedEnv), so
/// the network is at fault.
inline void require_finite(std::span<const float> outputs) {
  for (const float x : outputs)
    if (!std::isfinite(x))
      throw Error(
          "the network answers an observation with {}: its weights are broken, because "
          "learning diverged (a smaller agent.learning_rate may help) or because its file "
          "is damaged",
          x);
}

}  // namespace tengen
