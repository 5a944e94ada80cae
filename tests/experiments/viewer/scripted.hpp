// An environment and a player whose every figure is known in advance.
#pragma once

#include "agents/agent.hpp"
#include "envs/vector_env.hpp"
#include "experiments/viewer/session.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <vector>

namespace tengen {

/// Pays 1 a step for four steps; its observation is 6 × 8 bytes, all equal to the step.
struct Corridor {
  using Element = std::uint8_t;
  using Action = int;
  std::uint8_t at = 0;

  [[nodiscard]] EnvSpec spec() const {
    return {.name = "Corridor-v0",
            .observation = {{6, 8}, tengen::Element::kUint8, 0, 255},
            .action = Discrete{3, {"NOOP", "LEFT", "RIGHTFIRE"}},
            .steps_per_second = 1000,
            .picture_aspect = 4.0 / 3};
  }
  void reset(Rng&) { at = 0; }
  Outcome step(int, Rng&) {
    ++at;
    return {1, at == 4};
  }
  void observe(std::span<std::uint8_t> out) const { std::ranges::fill(out, at); }
  void draw(Canvas& canvas) const {
    canvas.reset(16, 21, {static_cast<std::uint8_t>(40 * at), 90, 10});
  }
};

/// Goes right every time; its Q-values count up, its input is two frames of what it saw.
class CountingPolicy final : public Policy {
 public:
  void act(const StepView& seen, ActionBuffer out) override {
    std::iota(q_.begin(), q_.end(), static_cast<float>(acts_));
    value_[0] = q_.back();
    ++acts_;
    const std::size_t bytes = seen.observation.row_bytes();
    input_.resize(2 * bytes);
    std::memmove(input_.data(), input_.data() + bytes, bytes);
    std::memcpy(input_.data() + bytes, seen.observation.data, bytes);
    out.discrete[0] = 2;
  }
  void reset() override { ++resets; }
  [[nodiscard]] Insight insight() const override {
    auto* bytes = const_cast<std::byte*>(input_.data());
    Insight insight{"Q", q_, value_, {bytes, 1, input_.size(), {2, 6, 8}, Element::kUint8}};
    insight.entropy = entropy;
    insight.state = state;
    return insight;
  }
  int resets = 0;
  std::vector<float> entropy, state;  // none unless a test sets them

 private:
  int acts_ = 0;
  std::vector<float> q_ = std::vector<float>(3), value_ = std::vector<float>(1);
  std::vector<std::byte> input_;
};

/// A session on them, with everything it needs to live.
struct ScriptedSession {
  WorkerPool pool{1};
  BatchedEnv<Corridor> env{Corridor{}, 1, pool};
  std::unique_ptr<CountingPolicy> owned = std::make_unique<CountingPolicy>();
  CountingPolicy& policy = *owned;
  Session session{env, std::move(owned), "counting, 3 steps", 7};
};

}  // namespace tengen
