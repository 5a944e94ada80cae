// Uniformly random legal actions: the floor every learner is measured against, and the smallest
// example of an Agent.
#pragma once

#include "agents/agent.hpp"

namespace tengen {

/// Draws every action uniformly from the legal ones (Discrete) or from the box.
class RandomPolicy final : public Policy {
 public:
  RandomPolicy(ActionSpace space, std::uint64_t seed) : space_(std::move(space)), rng_(seed) {}
  void act(const StepView& seen, ActionBuffer out) override;
  void reset() override {}

  [[nodiscard]] const Rng& rng() const { return rng_; }
  void set_rng(const Rng& rng) { rng_ = rng; }

 private:
  ActionSpace space_;
  Rng rng_;
};

std::unique_ptr<Agent> make_random(const AgentContext& context);
std::unique_ptr<Policy> load_random_policy(const AgentContext& context,
                                           const ArchiveReader& reader);

}  // namespace tengen
