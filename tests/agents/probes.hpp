// The smallest environments whose values are known: when one fails, it says what is broken.
#pragma once

#include "envs/environment.hpp"

namespace tengen::probes {

using Floats = std::span<float>;

/// One step, reward 1 whatever is seen or done: V = 1. Fails if the loss or the optimiser is
/// broken.
struct Constant {
  using Element = float;
  using Action = int;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Constant-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{1, {}}};
  }
  void reset(Rng&) {}
  Outcome step(int, Rng&) { return {1, true}; }
  void observe(Floats out) const { out[0] = 0; }
};

/// One step, the reward is what is seen: V(±1) = ±1. Fails if inputs do not reach the network.
struct Seen {
  using Element = float;
  using Action = int;
  float side = 1;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Seen-v0",
            .observation = {{1}, tengen::Element::kFloat, -1, 1},
            .action = Discrete{1, {}}};
  }
  void reset(Rng& rng) { side = rng.below(2) == 0 ? -1.0F : 1.0F; }
  Outcome step(int, Rng&) { return {side, true}; }
  void observe(Floats out) const { out[0] = side; }
};

/// Two steps, reward 1 at the end: V = γ, then 1. Fails if targets or discounts are broken.
struct Delayed {
  using Element = float;
  using Action = int;
  float time = 0;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Delayed-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{1, {}}};
  }
  void reset(Rng&) { time = 0; }
  Outcome step(int, Rng&) {
    time += 1;
    return time == 2 ? Outcome{1, true} : Outcome{};
  }
  void observe(Floats out) const { out[0] = time; }
};

/// One step, action 1 pays 1 and action 0 pays −1. Fails if actions are mixed up.
struct Choice {
  using Element = float;
  using Action = int;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Choice-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{2, {}}};
  }
  void reset(Rng&) {}
  Outcome step(int action, Rng&) { return {action == 1 ? 1.0F : -1.0F, true}; }
  void observe(Floats out) const { out[0] = 0; }
};

/// Never ends but by the clock, reward 1 a step: V = 1/(1 − γ) everywhere. Fails if a truncated
/// episode is taken for a finished one.
struct Endless {
  using Element = float;
  using Action = int;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Endless-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{1, {}},
            .max_episode_steps = 3};
  }
  void reset(Rng&) {}
  Outcome step(int, Rng&) { return {1, false}; }
  void observe(Floats out) const { out[0] = 0; }
};

/// Two steps. In the second state action 0 pays 5 but is illegal, action 1 pays 1: V = γ, then 1.
/// An illegal action is a bug. Fails if masks are ignored in acting or in targets.
struct Masked {
  using Element = float;
  using Action = int;
  float time = 0;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Masked-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{2, {}}};
  }
  void reset(Rng&) { time = 0; }
  Outcome step(int action, Rng&) {
    TENGEN_CHECK(action == (time == 0 ? 0 : 1));
    time += 1;
    return time == 2 ? Outcome{1, true} : Outcome{};
  }
  void observe(Floats out) const { out[0] = time; }
  void legal(std::span<std::uint8_t> mask) const {
    mask[0] = time == 0;
    mask[1] = time != 0;
  }
};

/// Everything looks alike. Action 0 ends the episode and pays 5, but is legal at its start only;
/// after action 1, which pays 1, the clock ends it: Q(1) = 1 + γ Q(1) = 1/(1 − γ). Fails if targets
/// of truncated episodes count on illegal actions.
struct Cut {
  using Element = float;
  using Action = int;
  bool started = true;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Cut-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Discrete{2, {}},
            .max_episode_steps = 1};
  }
  void reset(Rng&) { started = true; }
  Outcome step(int action, Rng&) {
    started = false;
    return action == 0 ? Outcome{5, true} : Outcome{1, false};
  }
  void observe(Floats out) const { out[0] = 0; }
  void legal(std::span<std::uint8_t> mask) const {
    mask[0] = started ? 1 : 0;
    mask[1] = 1;
  }
};

/// One step, the reward is −(a − 0.5)² of a real action in [−1, 1]: the best mean is 0.5. Fails if
/// continuous actions are mixed up.
struct Target {
  using Element = float;
  using Action = std::span<const float>;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Target-v0",
            .observation = {{1}, tengen::Element::kFloat, 0, 1},
            .action = Box{{-1}, {1}}};
  }
  void reset(Rng&) {}
  Outcome step(std::span<const float> action, Rng&) {
    TENGEN_CHECK(action[0] >= -1 && action[0] <= 1);
    const float error = action[0] - 0.5F;
    return {-error * error, true};
  }
  void observe(Floats out) const { out[0] = 0; }
};

/// A cue of ±1 is seen at the start only; three steps later action 0 or 1 pays 1 if it names the
/// cue, else −1. A player that sees only the present cannot do better than 0 on average.
struct Recall {
  using Element = float;
  using Action = int;
  float cue = 1;
  int time = 0;
  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Recall-v0",
            .observation = {{2}, tengen::Element::kFloat, -1, 1},
            .action = Discrete{2, {}}};
  }
  void reset(Rng& rng) {
    cue = rng.below(2) == 0 ? -1.0F : 1.0F;
    time = 0;
  }
  Outcome step(int action, Rng&) {
    if (++time < 4) return {};
    return {(action == 1) == (cue > 0) ? 1.0F : -1.0F, true};
  }
  void observe(Floats out) const {
    out[0] = time == 0 ? cue : 0.0F;
    out[1] = time == 3 ? 1.0F : 0.0F;
  }
};

}  // namespace tengen::probes
