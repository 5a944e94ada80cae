// CaloTune-v0 and SpectroTune-v0: real-valued knobs of a design are turned, a little at a time.
#pragma once

#include "core/usize.hpp"
#include "envs/detector/feature_writer.hpp"
#include "envs/environment.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tengen::detector {

/// Every knob is a real number in [−1, 1], whose meaning is the Task's. An episode starts at random
/// knobs in [−0.5, 0.5]; a step turns them by 0.2 × action, the reward is what R improves by, and
/// the clock ends the episode after ten steps. With `bandit`, an episode is one step, which sets
/// the knobs, and the reward is R.
///
/// The observation has the knobs, R/3, and the Task's kFeatures numbers, all in [−1, 1].
///
/// A Task is plain data: `int knobs() const`, kMostKnobs, kFeatures, kName, kWorst (of R), Value
/// with `reward`, `Value value(span) const` by the formulas, `features(Value, writer)`, `draw`,
/// `valid`.
template <class Task>
struct Tune {
  using Element = float;
  using Action = std::span<const float>;

  static constexpr int kSteps = 10;
  static constexpr float kTurn = 0.2F;

  // Options.
  Task task{};
  bool bandit = false;

  // State.
  std::array<float, Task::kMostKnobs> knob{};
  typename Task::Value value{};
  float best = -10;  ///< the largest R in this lane, for the picture

  [[nodiscard]] EnvSpec spec() const {
    const auto n = usize(task.knobs());
    return {.name = Task::kName,
            .observation = {{task.knobs() + 1 + Task::kFeatures}, tengen::Element::kFloat, -1, 1},
            .action = Box{std::vector<float>(n, -1), std::vector<float>(n, 1)},
            .max_episode_steps = bandit ? 0 : kSteps,
            .steps_per_second = 2};
  }

  void reset(Rng& rng) {
    knob = {};
    for (float& k : knobs()) k = rng.uniform() - 0.5F;
    value = task.value(knobs());
  }

  Outcome step(std::span<const float> action, Rng&) {
    const auto before = static_cast<float>(value.reward);
    for (std::size_t i = 0; i < action.size(); ++i) {
      const float a = std::isfinite(action[i]) ? std::clamp(action[i], -1.0F, 1.0F) : 0;
      knob[i] = bandit ? a : std::clamp(knob[i] + kTurn * a, -1.0F, 1.0F);
    }
    value = task.value(knobs());
    const auto now = static_cast<float>(value.reward);
    best = std::max(best, now);
    return {bandit ? now : now - before, bandit};
  }

  void observe(std::span<float> out) const {
    FeatureWriter write(out);
    for (int i = 0; i < task.knobs(); ++i) write(knob[usize(i)]);
    write(value.reward / 3);
    task.features(value, write);
    write.finish();
  }

  [[nodiscard]] bool valid() const {
    const auto turned = [](float k) { return k >= -1 && k <= 1; };
    return task.valid() && std::ranges::all_of(knob, turned);
  }

  void draw(Canvas& canvas) const {
    task.draw(std::span(knob).first(usize(task.knobs())), value, best, canvas);
  }

 private:
  [[nodiscard]] std::span<float> knobs() { return std::span(knob).first(usize(task.knobs())); }
};

}  // namespace tengen::detector
