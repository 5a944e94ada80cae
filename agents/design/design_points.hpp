// Designs as points, coordinate by coordinate: for design problems that share them.
#pragma once

#include "agents/design/problem.hpp"
#include "envs/detector/calo_task.hpp"
#include "envs/detector/tracker_task.hpp"

#include <span>
#include <vector>

namespace tengen::detector {

/// Twelve places for segments: absorber (the fifth: no segment), thickness, active layer, repeats.
std::vector<Variable> calo_variables();
/// From the front: what does not fit gets fewer repeats, then a thinner absorber, then is left out.
void repair_calo(std::span<double> point, const CaloContext& context);
CaloPlan calo_plan(std::span<const double> point, const CaloContext& context);
/// Of CaloBuild's actions. Throws Error for what is none of them where it stands.
std::vector<double> calo_point(std::span<const int> actions);

/// A slot each: 0 for nothing, or 1 + the technology.
std::vector<Variable> technology_variables();
/// From the inside: what does not fit becomes cheaper, then nothing; strips complete the tracker.
void repair_technologies(std::span<double> point, const TrackerContext& context);
TrackerPlan technology_plan(std::span<const double> point);
/// Of TrackerBuild's actions. Throws Error for what is none of them.
std::vector<double> technology_point(std::span<const int> actions);

/// The nearest of 0 … choices − 1; 0 for what is no number.
int nearest_choice(double x, int choices);

}  // namespace tengen::detector
