#include "envs/classic/palette.hpp"
#include "envs/detector/tracker_build.hpp"

namespace tengen::detector {

void TrackerBuild::draw(Canvas& canvas) const {
  canvas.reset(480, 480, palette::kPaper);
  for (int slot = kSlots - 1; slot >= 0; --slot)
    if (plan.technology[static_cast<std::size_t>(slot)] >= 0) {
      canvas.disc(240, 240, slot_radius_cm(slot) * 2, palette::kBlue);
      canvas.disc(240, 240, slot_radius_cm(slot) * 2 - 2, palette::kPaper);
    }
  canvas.text(12, 12, fmt::format("R {:+.3f}", value.reward), palette::kInk, 2);
}

}  // namespace tengen::detector
