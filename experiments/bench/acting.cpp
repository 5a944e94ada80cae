// Greedy play by a Nature CNN on stacks of four 84×84 frames: frames taken in, normalised, forward
// pass, best action. One thread, one forward pass for all lanes.
#include "agents/registry.hpp"
#include "envs/vector_env.hpp"
#include "experiments/bench/bench.hpp"

namespace tengen {
namespace {

void bench_lanes(const BenchOptions& options, const std::string& precision, int lanes) {
  const std::string what = fmt::format("acting/nature/{}/{} lanes", precision, lanes);
  if (!wanted(options, what)) return;
  WorkerPool pool;
  const EnvSpec spec{.name = "Frames-v0",
                     .observation = {{84, 84}, Element::kUint8, 0, 255},
                     .action = Discrete{6, {}}};
  const Config config =
      Config::from_string(fmt::format("[agent]\nframe_stack = 4\nbuffer_size = 1_000\n[net]\nbody "
                                      "= \"nature\"\nprecision = \"{}\"\n",
                                      precision));
  const auto policy = find_agent("dqn").make({spec, 1, config, 0, "cpu", &pool})->policy(lanes);
  StepBuffer seen(spec, lanes);
  ActionMemory action(spec.action, lanes);
  Rng rng(1);
  for (int lane = 0; lane < lanes; ++lane) {
    for (std::uint8_t& pixel : seen.view().observation.row<std::uint8_t>(lane))
      pixel = static_cast<std::uint8_t>(rng.below(256));
  }
  bench(options, what, "states/s", 1, [&] {
    policy->act(seen.view(), action.view());
    return std::int64_t{lanes};
  });
}

}  // namespace

void bench_acting(const BenchOptions& options) {
  for (const char* precision : {"float32", "bfloat16"}) {
    for (const int lanes : {1, 8, 32}) bench_lanes(options, precision, lanes);
  }
}

}  // namespace tengen
