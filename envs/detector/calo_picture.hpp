// Pictures of calorimeters, whoever builds them.
#pragma once

#include "core/canvas.hpp"
#include "envs/detector/calo_task.hpp"
#include "envs/detector/picture.hpp"

#include <span>
#include <string>
#include <vector>

namespace tengen::detector {

struct CaloView {
  std::string title, status;
  bool finished = false;
  double reward = 0, best = -10;  ///< R; below −5 there is no best one yet
  CaloContext context{};
  std::vector<Segment> segments{};
  int most_segments = kMostSegments;
  double cost = 0;
  std::array<CaloResult, 3> at{};  ///< by energy
};
/// Draws the layers from the left of `body`, `scale` pixels a cm, and an electron's shower along
/// its middle.
void draw_stack(Canvas& canvas, const picture::Area& body, double scale,
                std::span<const Segment> segments, double energy_gev);
/// Draws the stack to scale with a shower in it, what is left to spend, and how sharp it is.
void draw_calorimeter(const CaloView& view, Canvas& canvas);

}  // namespace tengen::detector
