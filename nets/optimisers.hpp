// Gradient descent over flat buffers: one pass adds the gradients of all shards, one applies them.
#pragma once

#include "core/archive.hpp"
#include "core/config.hpp"
#include "core/worker_pool.hpp"
#include "nets/parameters.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tengen {

enum class OptimiserKind { kSgd, kMomentum, kAdagrad, kRmsprop, kAdam, kAdamw };

/// The parameters of torch.optim, with its names and formulas. One rule is not torch's, which
/// decays everything: weight_decay and l1 pull at weights alone, not at biases, scales and shifts
/// of normalisations, deviations or temperatures (He et al. 2019, "Bag of tricks for image
/// classification with convolutional neural networks", section 3.1: "no bias decay"), unless
/// decay_all says otherwise.
struct OptimiserOptions {
  OptimiserKind kind = OptimiserKind::kAdam;
  float momentum = 0.9F;               ///< of kMomentum
  float beta1 = 0.9F, beta2 = 0.999F;  ///< of kAdam and kAdamw
  float alpha = 0.99F;                 ///< of kRmsprop
  bool centred = false;                ///< of kRmsprop
  float eps = 1e-8F;                   ///< of kAdagrad, kRmsprop, kAdam and kAdamw
  float weight_decay = 0;   ///< · w of weights is added to the gradient (kAdamw: decoupled)
  float l1 = 0;             ///< l1 · sign(w) of weights is added to the gradient
  float max_grad_norm = 0;  ///< gradients of a larger norm are scaled down to it; 0: never
  bool decay_all = false;   ///< weight_decay and l1 pull at every parameter, as torch.optim's do
};

/// What differs between algorithms where a recipe is silent.
struct OptimiserDefaults {
  float max_grad_norm = 0;
  const char* kind = "adam";
  float eps = 0;  ///< of that kind; 0: torch's
};
/// Reads optimizer, optimizer_eps, momentum, … and max_grad_norm of an [agent] section.
OptimiserOptions read_optimiser(const Config& agent, const OptimiserDefaults& defaults);

struct OptimiserRates;

class Optimiser {
 public:
  Optimiser(const OptimiserOptions& options, const ParameterLayout& layout, const Backend& backend);

  /// Makes one step on the sum of `gradients`: flat buffers laid out as the parameters, one for
  /// each shard, of float32 or bfloat16, added in order. It writes master and computing copy of
  /// `parameters`. Work is cut into pieces of fixed size, so that the result does not depend on the
  /// number of threads. Returns the gradient's norm before clipping.
  double step(Parameters& parameters, std::span<const Tensor> gradients, double learning_rate,
              WorkerPool& pool);
  /// From now on steps change the parameters that `wanted` picks; all others and their moments keep
  /// their bits. This is not saved: whoever loads says it again.
  void learn_only(const ParameterFilter& wanted);
  /// Forgets moments and steps, as if newly made.
  void restart();
  /// Steps since it was made or restarted.
  [[nodiscard]] std::int64_t steps() const { return steps_; }

  /// Records `name`/steps, and `name`/first and `name`/second where the kind has such moments.
  void save(ArchiveWriter& writer, const std::string& name) const;
  void load(const ArchiveReader& reader, const std::string& name);

 private:
  [[nodiscard]] double norm(std::span<const Tensor> gradients, WorkerPool& pool);
  void apply(Parameters& parameters, std::span<const Tensor> gradients, const OptimiserRates& rates,
             WorkerPool& pool);
  void apply_with_torch(Parameters& parameters, Tensor gradient, const OptimiserRates& rates);

  // What one thread updates at a time.
  struct Stretch {
    std::int64_t begin = 0, count = 0;
    bool decays = false;
  };
  OptimiserOptions options_;
  ParameterLayout layout_;
  std::vector<Stretch> stretches_;
  // On devices that our loops cannot reach: 1 where a parameter decays; 1 where it is learnt
  // (undefined: everywhere).
  Tensor decays_, learns_;
  Tensor first_, second_;        // moments, where the kind has them
  std::vector<double> partial_;  // squared norm of each piece
  std::int64_t steps_ = 0;
};

}  // namespace tengen
