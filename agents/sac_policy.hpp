// Playing by the modes of a squashed Gaussian policy.
#pragma once

#include "agents/agent.hpp"
#include "agents/frame_stack.hpp"
#include "agents/scaling.hpp"
#include "nets/state_action.hpp"

#include <memory>
#include <vector>

namespace tengen {

/// The functions of soft actor-critic: a policy (2 d outputs, see SquashedGaussian) and two critics
/// of observation and action (d numbers in [−1, 1]).
struct SacNetworks {
  StateActionNetwork actor, critic;
  SacNetworks(const NetOptions& net, int dimensions)
      : actor({.net = net, .action = 0, .heads = {"policy"}, .outputs = 2 * dimensions}),
        critic({.net = net, .action = dimensions, .heads = {"q1", "q2"}, .outputs = 1}) {}
};

/// The greedy player. It knows the critics, too, so that viewers show what it expects: Insight's
/// value is the smaller of theirs.
class SacPolicy final : public Policy {
 public:
  /// Copies the parameters.
  SacPolicy(std::shared_ptr<const SacNetworks> networks, const Parameters& actor,
            const Parameters& critic, const Backend& backend, const EnvSpec& env, int lanes);
  void act(const StepView& seen, ActionBuffer out) override;
  void reset() override { fresh_ = true; }
  [[nodiscard]] Insight insight() const override;

 private:
  std::shared_ptr<const SacNetworks> networks_;
  Parameters actor_, critic_;
  ObservationSpace observation_;
  std::size_t dimensions_;
  BoxScale scale_;  // from [−1, 1], the units of policy and critics
  InputFormat format_;
  StateActionPass actor_pass_, critic_pass_;
  Tensor input_;
  FrameStack frames_;
  bool fresh_ = true;  // every lane is about to start an episode
  bool acted_ = false;
  std::vector<float> squashed_, played_;  // lanes × dimensions
  std::vector<float> value_;              // lanes
  mutable std::vector<std::byte> picture_;
};

}  // namespace tengen
