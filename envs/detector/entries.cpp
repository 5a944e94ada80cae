#include "envs/detector/entries.hpp"

#include "envs/detector/calo_build.hpp"
#include "envs/detector/calo_tune.hpp"
#include "envs/detector/experiment_build.hpp"
#include "envs/detector/phone_array.hpp"
#include "envs/detector/spectro_tune.hpp"
#include "envs/detector/tracker_build.hpp"

namespace tengen {
namespace {

using namespace detector;
using Made = std::unique_ptr<VectorEnv>;

// Options that building environments have in common. Some can reward unfinished designs, too.
template <class E>
void read_build_options(const Config& options, E& env) {
  env.monte_carlo = options.choice("mode", "analytic", {"analytic", "mc"}) == "mc";
  env.random = options.get<bool>("random_context", false);
  if constexpr (requires { env.shaping; }) env.shaping = options.get<bool>("shaping", false);
  env.common = options.get<bool>("common_random_numbers", true);
}

Made make_calo_build(const Config& options, int lanes, WorkerPool& pool) {
  CaloBuild prototype;
  prototype.context = read_calo_context(options);
  prototype.showers = read_showers(options);
  read_build_options(options, prototype);
  return std::make_unique<BatchedEnv<CaloBuild>>(prototype, lanes, pool);
}

Made make_tracker_build(const Config& options, int lanes, WorkerPool& pool) {
  TrackerBuild prototype;
  prototype.context = read_tracker_context(options);
  prototype.tracks = read_tracks(options);
  read_build_options(options, prototype);
  return std::make_unique<BatchedEnv<TrackerBuild>>(prototype, lanes, pool);
}

Made make_phone_array(const Config& options, int lanes, WorkerPool& pool) {
  return std::make_unique<BatchedEnv<PhoneArray>>(read_phone_array(options), lanes, pool);
}

Made make_experiment_build(const Config& options, int lanes, WorkerPool& pool) {
  ExperimentBuild prototype;
  prototype.context = read_experiment_context(options);
  prototype.events = read_events(options);
  read_build_options(options, prototype);
  return std::make_unique<BatchedEnv<ExperimentBuild>>(prototype, lanes, pool);
}

template <class E, class Read>
EnvMaker tune_maker(Read read) {
  return [read](const Config& options, int lanes, WorkerPool& pool) -> Made {
    E prototype;
    prototype.task = read(options);
    prototype.bandit = options.get<bool>("bandit", false);
    return std::make_unique<BatchedEnv<E>>(prototype, lanes, pool);
  };
}

}  // namespace

void add_detector_design(EnvRegistry& registry) {
  registry.add({CaloBuild::kName, "Build a sampling calorimeter within a budget; budget = 500",
                make_calo_build});
  registry.add({TrackerBuild::kName,
                "Place layers of silicon; problem = \"identical\": six, the same",
                make_tracker_build});
  registry.add({CaloTuneTask::kName,
                "Turn a calorimeter's knobs, real numbers; segments = 4 (to 8)",
                tune_maker<CaloTune>(read_calo_tune)});
  registry.add({SpectroTask::kName, "Turn the knobs of a dipole spectrometer",
                tune_maker<SpectroTune>(read_spectro)});
  registry.add({PhoneArray::kName,
                "Recruit phones to see air showers; clusters = 12, coincidence = 5",
                make_phone_array});
  registry.add({ExperimentBuild::kName,
                "Tracker and calorimeter for one budget, to find a resonance",
                make_experiment_build});
}

}  // namespace tengen
