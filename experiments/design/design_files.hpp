// Design files of `tengen detector`: JSON into what the simulator takes.
#pragma once

#include "envs/detector/calo_task.hpp"
#include "physics/tracker.hpp"

#include <filesystem>

namespace tengen {

/// {"segments": [{"n": 15, "absorber": "Pb", "t_abs_cm": 0.2, "active": "Sc", "t_act_cm": 0.4},
/// …]}, and optionally "readout": {"photo_electrons_per_gev", "noise_mev", "constant_term"} and
/// "budget": {"cost", "length_cm"}. Throws Error that names the file, the segment and the key if it
/// is unreadable, not as described, no design that can be built, or over its budget.
detector::CaloDesign read_calo_design(const std::filesystem::path& file);

/// {"slots": [0, 6, 12, 17, 23, 29]} of the identical-layer problem; or {"layers": [{"radius_cm",
/// "resolution_cm", "thickness_x0"}, …]}, and optionally "pipe": {"radius_cm", "thickness_x0"} and
/// "field_tesla" (3.8). Throws as above.
detector::Tracker read_tracker_design(const std::filesystem::path& file);

}  // namespace tengen
