// What `train` and `resume` share: a run from its lock to its last line.
#pragma once

#include "experiments/recipe.hpp"
#include "experiments/run_folder.hpp"
#include "experiments/training.hpp"

namespace tengen {

struct SessionOptions {
  int threads = 1;
  bool quiet = false;
  bool json = false;
};

/// Says what starts, notes the command line in command.txt, trains, and reports on stdout. Throws
/// Exit after Ctrl-C, when the run has been saved.
void run_session(Training& training, const Recipe& recipe, const RunPaths& run,
                 const SessionOptions& options);

}  // namespace tengen
