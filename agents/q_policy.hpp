// Playing by the action values of a network, with memory or without: greedily, among the legal
// actions.
#pragma once

#include "agents/agent.hpp"
#include "agents/frame_stack.hpp"
#include "agents/rows.hpp"
#include "nets/network.hpp"

#include <memory>
#include <vector>

namespace tengen {

/// Computes the action values of a few lanes, in memory that stays, and keeps the lanes' recurrent
/// state where the network has one. Throws Error where a value is not finite.
class QActor {
 public:
  QActor(const Network& network, const Backend& backend, int lanes);
  /// lanes × actions: the values of the observations in `frames` (lanes × stack pointers) by a
  /// network without memory. Valid until the next call.
  std::span<const float> values(const Network& network, const ParameterViews& parameters,
                                std::span<const std::byte* const> frames,
                                const ForwardMode& mode = {});
  /// The same by a network with memory. `first`: 1 for lanes that start an episode, whose state is
  /// cleared beforehand. Afterwards state() is the one after these observations.
  std::span<const float> values(const Network& network, const ParameterViews& parameters,
                                std::span<const std::byte* const> frames,
                                std::span<const std::uint8_t> first);
  /// lanes × state size; empty without memory.
  [[nodiscard]] std::span<float> state() { return float_span(state_); }
  [[nodiscard]] std::span<const float> state() const { return float_span(state_); }

 private:
  std::span<const float> keep_values(const Tensor& values);

  torch::Device device_;
  Tensor input_, values_, state_, keep_;
};

/// The action of the largest of a lane's values among its legal actions (an empty mask allows all),
/// the first of equals. At least one is legal.
std::int32_t best_action(std::span<const float> values, std::span<const std::uint8_t> legal);

/// The greedy player, which may explore a little. Insight's value is that of the best action.
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
  bool fresh_ = true;                // every lane is about to start an episode
  std::vector<std::uint8_t> first_;  // lanes
  std::span<const float> values_;
  std::vector<float> best_;                 // lanes
  mutable std::vector<std::byte> picture_;  // the stacks side by side, for insight()
};

}  // namespace tengen
