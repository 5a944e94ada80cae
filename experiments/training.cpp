#include "experiments/training.hpp"

#include "experiments/common.hpp"
#include "experiments/trainer.hpp"

namespace tengen {

std::unique_ptr<Training> make_training(const Recipe& recipe,
                                        const std::vector<std::filesystem::path>& plugins,
                                        WorkerPool& pool) {
  if (recipe.self_play()) return make_self_play_training(recipe, pool);
  return std::make_unique<Trainer>(recipe, make_registry(plugins, recipe), pool);
}

}  // namespace tengen
