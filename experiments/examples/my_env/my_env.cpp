#include "my_env.hpp"

#include "envs/plugin.hpp"

// An environment without options is one line: registry.add(tengen::env_entry<Walk>("…")).
TENGEN_PLUGIN(registry) {
  registry.add({"Walk-v0", "Walk to the end of a corridor; longest = 20",
                [](const tengen::Config& options, int lanes, tengen::WorkerPool& pool) {
                  Walk prototype;
                  prototype.longest = options.get<int>("longest", prototype.longest, 4, 1000);
                  return std::make_unique<tengen::BatchedEnv<Walk>>(prototype, lanes, pool);
                }});
}
