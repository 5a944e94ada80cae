// Design files of `tengen detector`: JSON into what the simulator takes.
#pragma once

#include "envs/detector/calorimeter.hpp"
#include "envs/detector/tracker.hpp"

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

/// Costs per cm of thickness, for one tower; a layer read out costs 2 more, liquid argon 40 once
/// for its cryostat. Of absorbers Fe 1, Pb 2, Cu 3, W 30; of active layers Sc 4, LAr 6, Si 2000.
/// Materials without a price cost nothing but their read-out.
double calo_cost(const detector::CaloDesign& design);

}  // namespace tengen
