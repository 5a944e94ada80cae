// The manifest of a run: with which program and on which machine it was made.
#pragma once

#include "experiments/runs/recipe.hpp"
#include "experiments/runs/training.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tengen {

/// The library whose matrix product this process calls: "libopenblas.so.0", "libtorch_cpu.so
/// (MKL)", "libblas.so.3 (netlib: slow)".
std::string blas_name();

/// The contents of manifest.json at the start of a run: versions, revision, seed, processor,
/// threads, time, and what `training` describes of itself.
std::string run_manifest(const Recipe& recipe, const Training& training, int threads);

/// `manifest` with one more entry under "resumed": from which step, when and with which program the
/// run goes on, and which settings were changed ("agent.gamma: 0.99 → 0.9").
std::string resumed_manifest(const std::string& manifest, const Recipe& recipe,
                             const Training& training, int threads,
                             const std::vector<std::string>& changes);

}  // namespace tengen
