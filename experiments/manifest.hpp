// What a run was made with and on.
#pragma once

#include "experiments/recipe.hpp"

#include <string>

namespace tengen {

/// "libopenblas.so.0", "libtorch_cpu.so (MKL)", "libblas.so.3 (netlib: slow)": the library whose
/// matrix product this process calls.
std::string blas_name();

/// manifest.json of a run at its start: versions, revision, seed, processor, threads, time.
std::string run_manifest(const Recipe& recipe, int threads);

}  // namespace tengen
