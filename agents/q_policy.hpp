// Plays by the action values of a network: greedily, among the legal actions.
#pragma once

#include "agents/agent.hpp"
#include "agents/frame_stack.hpp"
#include "nets/network.hpp"

#include <memory>
#include <vector>

namespace tengen {

/// Action values of a few lanes at a time, in memory that stays.
class QActor {
 public:
  QActor(const Network& network, const Backend& backend, int lanes);
  /// lanes × actions values of the observations in `frames` (lanes × stack pointers). Valid until
  /// the next call.
  std::span<const float> values(const Network& network, const ParameterViews& parameters,
                                std::span<const std::byte* const> frames,
                                const ForwardMode& mode = {});

 private:
  torch::Device device_;
  Tensor input_, values_;
};

/// The largest of a lane's action values among its legal actions (an empty mask: all). The first of
/// equals.
std::int32_t best_action(std::span<const float> values, std::span<const std::uint8_t> legal);

class QPolicy final : public Policy {
 public:
  /// Copies `parameters`. With probability `epsilon` a random legal action is taken.
  QPolicy(std::shared_ptr<const Network> network, const Parameters& parameters,
          const Backend& backend, const EnvSpec& env, int lanes, float epsilon, std::uint64_t seed);
  void act(const StepView& seen, ActionBuffer out) override;
  void reset() override { fresh_ = true; }
  [[nodiscard]] Insight insight() const override;

 private:
  std::shared_ptr<const Network> network_;
  Parameters parameters_;
  ObservationSpace observation_;
  int lanes_, stack_, actions_;
  float epsilon_;
  Rng rng_;
  FrameStack frames_;
  QActor actor_;
  bool fresh_ = true;  // every lane is about to start an episode
  std::span<const float> values_;
  std::vector<float> best_;                 // lanes
  mutable std::vector<std::byte> picture_;  // the stacks side by side, for insight()
};

}  // namespace tengen
