#include "envs/detector/entries.hpp"

#include "envs/detector/calo_build.hpp"

namespace tengen {
namespace {

using namespace detector;
using Made = std::unique_ptr<VectorEnv>;

bool monte_carlo(const Config& options) {
  return options.choice("mode", "analytic", {"analytic", "mc"}) == "mc";
}

Made make_calo_build(const Config& options, int lanes, WorkerPool& pool) {
  CaloBuild prototype;
  prototype.context = read_calo_context(options);
  prototype.showers = read_showers(options);
  prototype.monte_carlo = monte_carlo(options);
  prototype.random = options.get<bool>("random_context", false);
  prototype.shaping = options.get<bool>("shaping", false);
  prototype.common = options.get<bool>("common_random_numbers", true);
  return std::make_unique<BatchedEnv<CaloBuild>>(prototype, lanes, pool);
}

}  // namespace

void add_detector_design(EnvRegistry& registry) {
  registry.add({"CaloBuild-v0", "Build a sampling calorimeter within a budget; budget = 500",
                make_calo_build});
}

}  // namespace tengen
