#include "agents/sac_policy.hpp"

#include "agents/distributions.hpp"
#include "agents/explore.hpp"

#include <algorithm>

namespace tengen {

SacPolicy::SacPolicy(std::shared_ptr<const SacNetworks> networks, const Parameters& actor,
                     const Parameters& critic, const Backend& backend, const EnvSpec& env,
                     int lanes)
    : networks_(std::move(networks)),
      actor_(networks_->actor.layout(), backend),
      critic_(networks_->critic.layout(), backend),
      observation_(env.observation),
      dimensions_(std::get<Box>(env.action).low.size()),
      scale_(env.action),
      format_(networks_->actor.options().net.input),
      actor_pass_(networks_->actor, backend),
      critic_pass_(networks_->critic, backend),
      input_(make_input(format_, lanes, scalar_type(backend.precision))),
      frames_(lanes, format_.stack, env.observation.bytes()),
      squashed_(usize(lanes) * dimensions_),
      played_(squashed_.size()),
      value_(usize(lanes)) {
  actor_.copy_from(actor);
  critic_.copy_from(critic);
}

void SacPolicy::act(const StepView& seen, ActionBuffer out) {
  const ComputeScope scope;
  const torch::NoGradGuard no_grad;
  for (int lane = 0; lane < seen.lanes(); ++lane)
    frames_.push(lane, seen.observation.bytes(lane), fresh_ || seen.ended(lane));
  fresh_ = false;
  acted_ = true;
  gather(format_, frames_.pointers(), input_);
  actor_pass_.forward(actor_.views(), input_);
  const auto rows = actor_pass_.output(0);
  require_finite(rows);
  const std::size_t d = dimensions_;
  for (std::size_t i = 0; i < value_.size(); ++i)
    SquashedGaussian(row_of(rows, i, 2 * d)).mode(row_of(squashed_, i, d));
  scale_.apply(squashed_, played_);
  std::ranges::copy(played_, out.box.begin());
  critic_pass_.forward(critic_.views(), input_, squashed_);
  const auto q1 = critic_pass_.output(0), q2 = critic_pass_.output(1);
  for (std::size_t i = 0; i < value_.size(); ++i) value_[i] = std::min(q1[i], q2[i]);
}

Insight SacPolicy::insight() const {
  if (!acted_) return {};
  return {.kind = "mean",
          .per_action = played_,
          .value = value_,
          .input = frames_.picture(observation_, picture_)};
}

}  // namespace tengen
