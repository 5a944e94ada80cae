// Uniformly random legal actions: what every learner is measured against, and the smallest example
// of an Agent.
#pragma once

#include "agents/agent.hpp"

namespace tengen {

/// Draws every action uniformly from the legal ones (Discrete) or from the box.
class RandomPolicy final : public Policy {
 public:
  RandomPolicy(ActionSpace space, std::uint64_t seed) : space_(std::move(space)), rng_(seed) {}
  void act(const StepView& seen, ActionBuffer out) override;
  void reset() override {}

  [[nodiscard]] Rng& rng() { return rng_; }

 private:
  ActionSpace space_;
  Rng rng_;
};

}  // namespace tengen
