#include "agents/design/design_points.hpp"

#include "core/check.hpp"
#include "core/usize.hpp"
#include "envs/detector/calo_build.hpp"
#include "envs/detector/tracker_build.hpp"

#include <algorithm>
#include <cmath>

namespace tengen::detector {
namespace {

constexpr int kNothing = static_cast<int>(kAbsorbers.size());  // no segment in this place

CaloChoice choice_at(std::span<const double> point, std::size_t i) {
  const auto at = [&](std::size_t k) { return static_cast<std::uint8_t>(point[i + k]); };
  return {at(0), at(1), at(2), at(3)};
}

constexpr std::array<int, 4> kChoices{kNothing + 1, static_cast<int>(kAbsorberLengths.size()),
                                      static_cast<int>(kActiveLayers.size()),
                                      static_cast<int>(kRepeats.size())};
constexpr std::size_t kCaloSize = 4 * kMostSegments;

std::vector<double> no_segments() {
  std::vector<double> point(kCaloSize, 0);
  for (std::size_t i = 0; i < point.size(); i += 4) point[i] = kNothing;
  return point;
}

}  // namespace

int nearest_choice(double x, int choices) {
  return std::isfinite(x) ? static_cast<int>(std::clamp(std::round(x), 0.0, choices - 1.0)) : 0;
}

std::vector<Variable> calo_variables() {
  constexpr std::array kNames{"absorber", "thickness", "active", "repeats"};
  std::vector<Variable> out;
  for (int i = 1; i <= kMostSegments; ++i)
    for (std::size_t k = 0; k < 4; ++k)
      out.push_back({fmt::format("{}{}", kNames[k], i), kChoices[k], k % 2 == 1});
  return out;
}

void repair_calo(std::span<double> point, const CaloContext& context) {
  TENGEN_CHECK(point.size() == kCaloSize);
  for (std::size_t i = 0; i < point.size(); ++i)
    point[i] = nearest_choice(point[i], kChoices[i % 4]);
  CaloPlan plan;
  for (std::size_t i = 0; i < point.size(); i += 4) {
    if (point[i] >= kNothing) continue;
    while (!plan.fits(choice_at(point, i), context)) {
      if (point[i + 3] > 0) {
        --point[i + 3];
      } else if (point[i + 1] > 0) {
        --point[i + 1];
      } else {
        point[i] = kNothing;
        break;
      }
    }
    if (point[i] < kNothing) plan.add(choice_at(point, i), context);
  }
}

CaloPlan calo_plan(std::span<const double> point, const CaloContext& context) {
  CaloPlan out;
  for (std::size_t i = 0; i < point.size(); i += 4)
    if (point[i] < kNothing) out.add(choice_at(point, i), context);
  return out;
}

std::vector<double> calo_point(const CaloPlan& plan) {
  std::vector<double> point = no_segments();
  for (std::size_t i = 0; i < usize(plan.count); ++i)
    for (std::size_t part = 0; part < kChoiceParts.size(); ++part)
      point[4 * i + part] = plan.segments[i].*kChoiceParts[part];
  return point;
}

std::vector<double> calo_point(std::span<const int> actions) {
  std::vector<double> point = no_segments();
  constexpr std::array<int, 4> kFirst{0, CaloBuild::kFirstThickness, CaloBuild::kFirstActive,
                                      CaloBuild::kFirstRepeat};
  std::size_t next = 0;
  for (const int action : actions) {
    if (action == CaloBuild::kStop && next % 4 == 0) break;
    const int place = action - kFirst[next % 4];
    if (next >= point.size() || place < 0 || place >= kChoices[next % 4])
      throw Error("action {} is none of step {} of CaloBuild-v0", action, next);
    point[next++] = place;
  }
  // A segment that was begun but not finished is none.
  if (next % 4 != 0) point[next - next % 4] = kNothing;
  return point;
}

std::vector<Variable> technology_variables() {
  std::vector<Variable> out;
  for (int slot = 0; slot < kSlots; ++slot)
    out.push_back({fmt::format("{:.1f} cm", slot_radius_cm(slot)),
                   1 + TrackerBuild::kTechnologyCount, false});
  return out;
}

void repair_technologies(std::span<double> point, const TrackerContext& context) {
  TENGEN_CHECK(point.size() == kSlots);
  TrackerPlan plan;
  for (int slot = 0; slot < kSlots; ++slot) {
    double& x = point[usize(slot)];
    int chosen = nearest_choice(x, 1 + TrackerBuild::kTechnologyCount);
    while (chosen > 0 && !plan.fits(slot, chosen - 1, context))
      chosen = (chosen + 1) % (1 + TrackerBuild::kTechnologyCount);
    x = chosen;
    if (chosen > 0) plan.add(slot, chosen - 1);
  }
  while (!plan.complete(context)) {
    const int slot = plan.last + 1;
    TENGEN_CHECK(plan.fits(slot, kStrip, context));
    point[usize(slot)] = 1 + kStrip;
    plan.add(slot, kStrip);
  }
}

TrackerPlan technology_plan(std::span<const double> point) {
  TrackerPlan out;
  for (int slot = 0; slot < kSlots; ++slot)
    if (const int chosen = static_cast<int>(point[usize(slot)]); chosen > 0)
      out.add(slot, chosen - 1);
  return out;
}

std::vector<double> technology_point(std::span<const int> actions) {
  std::vector<double> point(kSlots, 0);
  for (const int action : actions) {
    if (action == TrackerBuild::kStop) break;
    if (action < 0 || action > TrackerBuild::kStop)
      throw Error("action {} is none of TrackerBuild-v0", action);
    const auto [slot, technology] = TrackerBuild::layer_of(action, false);
    point[usize(slot)] = 1 + technology;
  }
  return point;
}

}  // namespace tengen::detector
