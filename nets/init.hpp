// Initial values of parameters.
#pragma once

#include "core/config.hpp"
#include "core/rng.hpp"

#include <cstdint>
#include <span>

namespace tengen {

enum class Init {
  kDefault,         ///< torch's: uniform in ±1/√fan_in, biases too
  kOrthogonal,      ///< Saxe et al. 2014; gain of the activation
  kKaimingUniform,  ///< He et al. 2015, fan-in
  kKaimingNormal,
  kXavierUniform,  ///< Glorot & Bengio 2010
  kXavierNormal,
  kUniform,   ///< ±0.05
  kConstant,  ///< every value is `gain`
};

/// Reads `init` of a recipe's [net] section: "default", "orthogonal", "kaiming_uniform" …,
/// `fallback` where left out. Throws UsageError with the nearest name.
Init read_init(const Config& net, const char* fallback);

/// The distribution of one parameter's initial values: a matrix of `rows` (outputs) × `columns`
/// (fan-in), row-major.
struct InitRule {
  Init init = Init::kDefault;
  double gain = 1;
  std::int64_t rows = 1, columns = 1;
  std::int64_t fan_out = 1;
};

/// The rule for the bias of a layer whose weights follow `weight`: zero, or with kDefault the same
/// as theirs.
InitRule bias_rule(const InitRule& weight);

/// Fills `values` (rows · columns of the rule, or a bias). It draws from `rng` alone and gives the
/// same bits on every machine.
void initialise(const InitRule& rule, Rng rng, std::span<float> values);

}  // namespace tengen
