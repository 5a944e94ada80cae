// Designs as points, coordinate by coordinate, for design problems that share them.
#pragma once

#include "agents/design/problem.hpp"
#include "envs/detector/calo_task.hpp"
#include "envs/detector/tracker_task.hpp"

#include <span>
#include <vector>

namespace tengen::detector {

/// Twelve places for segments, four coordinates each: absorber (the fifth stands for no segment),
/// thickness, active layer, repeats.
std::vector<Variable> calo_variables();
/// Goes from the front: a segment that does not fit gets fewer repeats, then a thinner absorber,
/// and is then left out.
void repair_calo(std::span<double> point, const CaloContext& context);
CaloPlan calo_plan(std::span<const double> point, const CaloContext& context);
std::vector<double> calo_point(const CaloPlan& plan);
/// The point of a design that CaloBuild's actions build. Throws Error for an action that is none of
/// the choices of its step.
std::vector<double> calo_point(std::span<const int> actions);

/// One coordinate for each slot: 0 for nothing, or 1 + the technology.
std::vector<Variable> technology_variables();
/// Goes from the inside: a layer that does not fit becomes cheaper, then none; strips complete the
/// tracker.
void repair_technologies(std::span<double> point, const TrackerContext& context);
TrackerPlan technology_plan(std::span<const double> point);
/// The point of a tracker that TrackerBuild's actions build. Throws Error for an action that is
/// none.
std::vector<double> technology_point(std::span<const int> actions);

/// The nearest of 0 … choices − 1; 0 if x is not finite.
int nearest_choice(double x, int choices);

}  // namespace tengen::detector
