// Walk-v0: a corridor of random length; walk to its right end. Copy this file to begin your own.
#pragma once

#include "envs/environment.hpp"

#include <algorithm>

/// Observation, 2 floats: how far the walker has come and how far it has to go, as parts of the
/// longest corridor. Reward: −0.01 per step, +1 at the end.
struct Walk {
  using Element = float;  // of the observation: float or std::uint8_t
  using Action = int;     // or std::span<const float> for real-valued actions

  int longest = 20;  ///< an option: cells of the longest corridor, ≥ 4
  int length = 10, position = 0;

  [[nodiscard]] tengen::EnvSpec spec() const {
    return {.name = "Walk-v0",
            .observation = {{2}, tengen::Element::kFloat, 0, 1},
            .action = tengen::Discrete{2, {"LEFT", "RIGHT"}},
            .max_episode_steps = 200};
  }

  void reset(tengen::Rng& rng) {
    const int shortest = longest / 2;
    length = shortest + static_cast<int>(rng.below(static_cast<std::uint32_t>(shortest + 1)));
    position = 0;
  }

  tengen::Outcome step(int action, tengen::Rng&) {
    position = std::max(0, position + (action == 1 ? 1 : -1));
    const bool arrived = position == length - 1;
    return {arrived ? 1.0F : -0.01F, arrived};
  }

  void observe(std::span<float> out) const {
    out[0] = static_cast<float>(position) / static_cast<float>(longest);
    out[1] = static_cast<float>(length - position) / static_cast<float>(longest);
  }

  // What follows is optional: an expert to compare with, and a picture for people.

  [[nodiscard]] int oracle() const { return 1; }

  void draw(tengen::Canvas& canvas) const {
    constexpr int kCell = 24;
    canvas.reset(longest * kCell, 3 * kCell, {250, 248, 243});
    canvas.fill(0, 2 * kCell, length * kCell, kCell, {120, 110, 100});
    canvas.fill((length - 1) * kCell, 2 * kCell, kCell, kCell, {222, 170, 60});
    canvas.disc((position + 0.5) * kCell, 1.5 * kCell, 0.4 * kCell, {66, 113, 174});
  }
};
