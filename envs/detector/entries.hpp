// The environments that design detectors.
#pragma once

#include "envs/registry.hpp"

namespace tengen {

/// Adds CaloBuild-v0, TrackerBuild-v0, CaloTune-v0, SpectroTune-v0, PhoneArray-v0 and
/// ExperimentBuild-v0. docs/detector.md has their options.
void add_detector_design(EnvRegistry& registry);

}  // namespace tengen
