// Targets for values and policies from steps in order: plain functions.
//
// Everything is steps × lanes, time-major: element t · lanes + i is step t of lane i. `ended` is 1
// where the step ended an episode, so that nothing is carried back across it; where the clock ended
// it, the caller adds γ V(final observation) to the reward beforehand. `last_value` (lanes) is the
// value of the observation after the last step.
#pragma once

#include <cstdint>
#include <span>

namespace tengen {

/// Generalised advantage estimation (Schulman et al. 2016, equation 16): A_t = Σ_k (γλ)^k δ_{t+k},
/// δ_t = r_t + γ V_{t+1} − V_t. The returns A_t + V_t are λ-returns. Writes steps × lanes each.
void gae(std::span<const float> reward, std::span<const std::uint8_t> ended,
         std::span<const float> value, std::span<const float> last_value, float gamma, float lambda,
         std::span<float> advantage, std::span<float> returns);

/// Discounted returns to the rollout's end: R_t = r_t + γ R_{t+1}, bootstrapped with `last_value`.
/// What A3C calls n-step returns (Mnih et al. 2016, algorithm S3).
void n_step_returns(std::span<const float> reward, std::span<const std::uint8_t> ended,
                    std::span<const float> last_value, float gamma, std::span<float> returns);

struct VtraceOptions {
  float gamma = 0.99F,
        lambda = 1;              ///< λ scales the trace's weights (Espeholt et al. 2018, remark 2)
  float rho_bar = 1, c_bar = 1;  ///< truncation of importance weights
  float pg_rho_bar = 1;          ///< the same for the policy gradient's
};

/// V-trace (Espeholt et al. 2018, equation 1): targets of the values and advantages of the policy
/// gradient, ρ_t (r_t + γ v_{t+1} − V_t), for steps acted by a policy whose log-probabilities
/// differ from the learner's by `log_ratio` = log π(a|x) − log μ(a|x). Writes steps × lanes each.
void vtrace(std::span<const float> log_ratio, std::span<const float> reward,
            std::span<const std::uint8_t> ended, std::span<const float> value,
            std::span<const float> last_value, const VtraceOptions& options,
            std::span<float> targets, std::span<float> advantage);

struct SequenceTargetOptions {
  float gamma = 0.99F;
  int n_steps = 1;
  bool rescaling = false;  ///< values are h(return), see rescale()
};
/// Q-learning's n-step targets along one sequence (Kapturowski et al. 2019, section 2.3), rows as
/// SequenceBatch has them: Σ_{k<m} γ^k r_{t+k} + γ^m V_{t+m}, where m is n_steps, or fewer up to a
/// row without an action (which is an episode's last observation, or the sequence's), and nothing
/// is bootstrapped from beyond a terminating step. `value` is V of every row. Writes a target for
/// every row with an action, and 0 for others. The last row must have none.
void sequence_targets(std::span<const float> reward, std::span<const std::uint8_t> terminated,
                      std::span<const std::uint8_t> acted, std::span<const float> value,
                      const SequenceTargetOptions& options, std::span<float> targets);

/// h(x) = sgn(x) (√(|x| + 1) − 1) + 0.001 x, which brings returns of very different sizes together
/// (Pohlen et al. 2018, proposition A.2), and its inverse.
float rescale(float x);
float unrescale(float x);

struct Moments {
  float mean = 0, deviation = 0;
};
/// Of a population.
Moments moments(std::span<const float> values);
/// 1 − Var(returns − value)/Var(returns): 1 where the critic foresees every return, 0 where it is
/// no better than their mean. Over the first returns.size() values.
double explained_variance(std::span<const float> value, std::span<const float> returns);
/// Shifts and scales to mean 0 and standard deviation 1 (+ 1e-8).
void standardise(std::span<float> values);

}  // namespace tengen
