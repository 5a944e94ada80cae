// What a run was made with and on.
#pragma once

#include "experiments/runs/recipe.hpp"
#include "experiments/runs/training.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tengen {

/// "libopenblas.so.0", "libtorch_cpu.so (MKL)", "libblas.so.3 (netlib: slow)": the library whose
/// matrix product this process calls.
std::string blas_name();

/// manifest.json of a run at its start: versions, revision, seed, processor, threads, time, and
/// what `training` says of itself.
std::string run_manifest(const Recipe& recipe, const Training& training, int threads);

/// `manifest` with an entry under "resumed" about a run that goes on: where, when, with what, and
/// what was changed ("agent.gamma: 0.99 → 0.9").
std::string resumed_manifest(const std::string& manifest, const Recipe& recipe,
                             const Training& training, int threads,
                             const std::vector<std::string>& changes);

}  // namespace tengen
