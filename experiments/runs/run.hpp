// The part that `train` and `resume` share: one run, from its first message to its report.
#pragma once

#include "experiments/runs/recipe.hpp"
#include "experiments/runs/run_folder.hpp"
#include "experiments/runs/training.hpp"

namespace tengen {

struct RunOptions {
  int threads = 1;
  bool quiet = false;
  bool json = false;
};

/// Prints what starts, appends the command line to command.txt, trains, and reports on stdout.
/// Throws Interrupted after Ctrl-C, once the run has been saved, and Error if training failed.
void run_training(Training& training, const Recipe& recipe, const RunPaths& run,
                  const RunOptions& options);

}  // namespace tengen
