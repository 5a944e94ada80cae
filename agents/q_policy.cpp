#include "agents/q_policy.hpp"

#include "agents/explore.hpp"
#include "agents/rows.hpp"

#include <algorithm>

namespace tengen {

QActor::QActor(const Network& network, const Backend& backend, int lanes)
    : device_(backend.device),
      input_(make_input(network.options().input, lanes, scalar_type(backend.precision))),
      state_(torch::zeros({lanes, network.state_size()})),
      keep_(torch::ones({1, lanes})) {}

std::span<const float> QActor::values(const Network& network, const ParameterViews& parameters,
                                      std::span<const std::byte* const> frames,
                                      const ForwardMode& mode) {
  const ComputeScope scope;
  const torch::NoGradGuard no_grad;
  gather(network.options().input, frames, input_);
  return keep_values(network.values(parameters, input_.to(device_), mode));
}

std::span<const float> QActor::values(const Network& network, const ParameterViews& parameters,
                                      std::span<const std::byte* const> frames,
                                      std::span<const std::uint8_t> first) {
  const ComputeScope scope;
  const torch::NoGradGuard no_grad;
  gather(network.options().input, frames, input_);
  for (std::size_t i = 0; i < first.size(); ++i) float_span(keep_)[i] = first[i] != 0 ? 0.0F : 1.0F;
  const Sequence out =
      network.forward(parameters, input_.to(device_), state_.to(device_), keep_.to(device_));
  state_.copy_(out.state);
  return keep_values(expected_values(network.head(), out.output));
}

std::span<const float> QActor::keep_values(const Tensor& values) {
  values_ = values.to(torch::kCPU).contiguous();
  require_finite(float_span(values_));
  return float_span(values_);
}

std::int32_t best_action(std::span<const float> values, std::span<const std::uint8_t> legal) {
  std::int32_t best = -1;
  for (std::size_t a = 0; a < values.size(); ++a) {
    if (!legal.empty() && legal[a] == 0) continue;
    if (best < 0 || values[a] > values[usize(best)]) best = static_cast<std::int32_t>(a);
  }
  TENGEN_CHECK(best >= 0, "no action is legal");
  return best;
}

QPolicy::QPolicy(std::shared_ptr<const Network> network, const Parameters& parameters,
                 const Backend& backend, const EnvSpec& env, int lanes, float epsilon,
                 std::uint64_t seed)
    : network_(std::move(network)),
      parameters_(network_->layout(), backend),
      observation_(env.observation),
      lanes_(lanes),
      stack_(network_->options().input.stack),
      actions_(network_->head().actions),
      epsilon_(epsilon),
      rng_(seed),
      frames_(lanes, stack_, env.observation.bytes()),
      actor_(*network_, backend, lanes),
      first_(usize(lanes)),
      best_(usize(lanes)) {
  parameters_.copy_from(parameters);
}

void QPolicy::act(const StepView& seen, ActionBuffer out) {
  for (int lane = 0; lane < lanes_; ++lane) {
    const bool first = fresh_ || seen.ended(lane);
    frames_.push(lane, seen.observation.bytes(lane), first);
    first_[usize(lane)] = first ? 1 : 0;
  }
  fresh_ = false;
  const bool remembers = network_->state_size() > 0;
  values_ = remembers ? actor_.values(*network_, parameters_.views(), frames_.pointers(), first_)
                      : actor_.values(*network_, parameters_.views(), frames_.pointers());
  for (int lane = 0; lane < lanes_; ++lane) {
    const auto values = row_of(values_, lane, actions_);
    const auto legal = legal_row(seen.legal, lane);
    const std::int32_t best = best_action(values, legal);
    best_[usize(lane)] = values[usize(best)];
    const bool explore = epsilon_ > 0 && rng_.chance(epsilon_);
    out.discrete[usize(lane)] = explore ? random_action(actions_, legal, rng_) : best;
  }
}

Insight QPolicy::insight() const {
  if (values_.empty()) return {};
  return {.kind = "Q",
          .per_action = values_,
          .value = best_,
          .input = frames_.picture(observation_, picture_),
          .state = actor_.state()};
}

}  // namespace tengen
