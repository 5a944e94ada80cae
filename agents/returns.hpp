// Targets for values and policies, from steps in their order: plain functions.
//
// Everything is steps × lanes, time-major: element t · lanes + i is step t of lane i. `ended` is 1
// where the step ended an episode, so that nothing is carried back across it; where the clock ended
// it, the caller has added γ V(final observation) to the reward beforehand. `last_value` (lanes) is
// the value of the observation after the last step. Spans that are written have room for all of it.
#pragma once

#include <cstdint>
#include <span>

namespace tengen {

/// Generalised advantage estimation (Schulman et al. 2016, equation 16): A_t = Σ_k (γλ)^k δ_{t+k},
/// δ_t = r_t + γ V_{t+1} − V_t. The returns R_t = A_t + V_t are λ-returns. Writes both.
void gae(std::span<const float> reward, std::span<const std::uint8_t> ended,
         std::span<const float> value, std::span<const float> last_value, float gamma, float lambda,
         std::span<float> advantage, std::span<float> returns);

/// Discounted returns up to the last step: R_t = r_t + γ R_{t+1}, bootstrapped with `last_value`.
/// A3C calls these n-step returns (Mnih et al. 2016, algorithm S3).
void n_step_returns(std::span<const float> reward, std::span<const std::uint8_t> ended,
                    std::span<const float> last_value, float gamma, std::span<float> returns);

/// The symbols of V-trace (Espeholt et al. 2018).
struct VtraceOptions {
  float gamma = 0.99F;
  float lambda = 1;              ///< λ scales the trace's weights c (remark 2)
  float rho_bar = 1, c_bar = 1;  ///< where the importance weights ρ and c are cut off
  float pg_rho_bar = 1;          ///< the same for the policy gradient's ρ
};

/// V-trace (Espeholt et al. 2018, equation 1): the targets v of the values and the advantages of
/// the policy gradient, ρ_t (r_t + γ v_{t+1} − V_t), for steps that another policy μ has acted.
/// `log_ratio` is log π(a|x) − log μ(a|x) of the learner's policy π. Writes both.
void vtrace(std::span<const float> log_ratio, std::span<const float> reward,
            std::span<const std::uint8_t> ended, std::span<const float> value,
            std::span<const float> last_value, const VtraceOptions& options,
            std::span<float> targets, std::span<float> advantage);

struct SequenceTargetOptions {
  float gamma = 0.99F;
  int n_steps = 1;         ///< at least 1
  bool rescaling = false;  ///< values are h(return), see rescale()
};
/// Q-learning's n-step targets along one sequence (Kapturowski et al. 2019, section 2.3), whose
/// rows are as SequenceBatch has them: Σ_{k<m} γ^k r_{t+k} + γ^m V_{t+m}. Here m is n_steps, or
/// less where a row without an action comes first (an episode's last observation, or the
/// sequence's); after a terminating step nothing is bootstrapped. `value` is V of every row. Writes
/// a target for every row with an action, and 0 for the others. The last row must have no action.
void sequence_targets(std::span<const float> reward, std::span<const std::uint8_t> terminated,
                      std::span<const std::uint8_t> acted, std::span<const float> value,
                      const SequenceTargetOptions& options, std::span<float> targets);

/// h(x) = sgn(x) (√(|x| + 1) − 1) + ε x with ε = 0.001, which brings returns of very different
/// sizes together (Pohlen et al. 2018, proposition A.2), and its inverse.
float rescale(float x);
float unrescale(float x);

struct Moments {
  float mean = 0, deviation = 0;  ///< the standard deviation of a population
};
/// `values` is not empty.
Moments moments(std::span<const float> values);
/// 1 − Var(returns − value)/Var(returns): 1 where the critic foresees every return, 0 where it is
/// no better than their mean. Takes the first returns.size() of `value`.
double explained_variance(std::span<const float> value, std::span<const float> returns);
/// Shifts and scales to mean 0 and standard deviation 1 (+ 1e-8).
void standardise(std::span<float> values);

}  // namespace tengen
