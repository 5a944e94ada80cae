// How parameters start.
#pragma once

#include "core/rng.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace tengen {

enum class Init {
  kDefault,         ///< torch's: uniform in ±1/√fan_in, biases too
  kOrthogonal,      ///< Saxe et al. 2014; gain of the activation
  kKaimingUniform,  ///< He et al. 2015, fan-in
  kKaimingNormal,
  kXavierUniform,  ///< Glorot & Bengio 2010
  kXavierNormal,
  kUniform,   ///< ±0.05
  kConstant,  ///< every value the same; `gain` is the value
};

/// "default", "orthogonal", "kaiming_uniform" … Throws UsageError with the nearest name.
Init find_init(std::string_view name);

/// How one parameter starts: a matrix of `rows` (outputs) × `columns` (fan-in), in that order.
struct InitRule {
  Init init = Init::kDefault;
  double gain = 1;
  std::int64_t rows = 1, columns = 1;
  std::int64_t fan_out = 1;
};

/// The rule for the bias of a layer whose weights follow `weight`: zero, but for kDefault.
InitRule bias_rule(const InitRule& weight);

/// Fills `values` (rows · columns of the rule, or a bias). Draws from `rng` alone: the same bits
/// everywhere.
void initialise(const InitRule& rule, Rng rng, std::span<float> values);

}  // namespace tengen
