// The environments of detector design.
#pragma once

#include "envs/registry.hpp"

namespace tengen {

/// CaloBuild-v0, TrackerBuild-v0, CaloTune-v0, SpectroTune-v0, PhoneArray-v0 and
/// ExperimentBuild-v0. Options: docs/detector.md.
void add_detector_design(EnvRegistry& registry);

}  // namespace tengen
